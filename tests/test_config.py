"""The environment: what must be there, and what is said when it is not."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from settings import environment

from app.config import ConfigError, from_env

ROOT = Path(__file__).parents[1]
DATABASE = "postgresql://coach:pass-word@db.internal:5432/coach"
GOOD = environment(DATABASE, "redis://cache.internal:6379/0")
PRODUCTION = {**GOOD, "APP_ENV": "production"}
REQUIRED = [
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "CLIENT_API_KEYS",
    "OPERATOR_API_KEYS",
    "PUBLIC_BASE_URL",
    "KAKAO_TOKEN",
    "KAKAO_ALIMTALK_APP_KEY",
    "KAKAO_SENDER_KEY",
    "KAKAO_TEMPLATE_DAILY_PLAN",
    "KAKAO_TEMPLATE_SUMMARY",
    "KAKAO_TEMPLATE_NOTICE",
    "KAKAO_ADMIN_KEYS",
    "KAKAO_SKILL_TOKENS",
    "KAKAO_RESULT_SIGNATURES",
]


def without(environ: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in names}


def names_in(error: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [line.split()[0] for line in error.value.problems]


def test_production_names_everything_that_is_missing_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        from_env({})

    assert names_in(error) == REQUIRED
    assert all(name in str(error.value) for name in REQUIRED)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", ["", "   "])
def test_a_blank_value_is_missing(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as error:
        from_env({**PRODUCTION, name: value})

    assert names_in(error) == [name]


def test_an_unset_app_env_is_production() -> None:
    with pytest.raises(ConfigError) as error:
        from_env(without(GOOD, "APP_ENV", "KAKAO_SKILL_TOKENS"))

    assert names_in(error) == ["KAKAO_SKILL_TOKENS"]


def test_the_memo_sender_needs_its_own_names() -> None:
    names = [name for name in REQUIRED if "TEMPLATE" in name or name in ("KAKAO_TOKEN", "KAKAO_SENDER_KEY")]
    environ = {**without(PRODUCTION, *names, "KAKAO_ALIMTALK_APP_KEY"), "KAKAO_SENDER": "memo"}

    assert from_env(environ)["KAKAO_SENDER"] == "memo"
    with pytest.raises(ConfigError) as error:
        from_env(without(environ, "KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET"))

    assert names_in(error) == ["KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET"]


@pytest.mark.parametrize("app_env", ["development", "test"])
def test_outside_production_only_servers_and_keys_are_needed(app_env: str) -> None:
    with pytest.raises(ConfigError) as error:
        from_env({"APP_ENV": app_env})

    assert names_in(error) == REQUIRED[:5]
    config = from_env({"APP_ENV": app_env, **{name: GOOD[name] for name in REQUIRED[:5]}})
    assert config["PUBLIC_BASE_URL"] == "http://localhost:8000"
    assert config["KAKAO_TOKEN"] is None
    assert config["KAKAO_ADMIN_KEYS"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "staging"),
        ("DATABASE_URL", "mysql://coach:hunter2@db/coach"),
        ("DATABASE_URL", "sqlite:///hunter2.db"),
        ("DATABASE_URL", "postgresql://coach:hunter2@db:port/coach"),
        ("DATABASE_URL", "postgresql://coach:hunter2@db:65536/coach"),
        ("DATABASE_URL", "postgresql://coach:hunter2@db"),
        ("DATABASE_URL", "postgresql+psycopg://coach:hunter2@db/coach"),
        ("DATABASE_URL", "hunter2"),
        ("REDIS_URL", "http://hunter2"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://hunter2:port"),
        ("REDIS_TLS_VERIFY", "maybe"),
        ("SECRET_KEY", "hunter2"),
        ("CLIENT_API_KEYS", "x" * 23),
        ("CLIENT_API_KEYS", "x" * 24 + ",hunter2"),
        ("OPERATOR_API_KEYS", "a key with blanks in it that is long"),
        ("OPERATOR_API_KEYS", "비밀번호비밀번호비밀번호비밀번호비밀번호비밀번호"),
        ("OPERATOR_API_KEYS", GOOD["CLIENT_API_KEYS"]),
        ("PUBLIC_BASE_URL", "http://coach.test"),
        ("PUBLIC_BASE_URL", "https://user:hunter2@coach.test"),
        ("PUBLIC_BASE_URL", "https://coach.test/?a=hunter2"),
        ("PUBLIC_BASE_URL", "https://"),
        ("PUBLIC_BASE_URL", "coach.test"),
        ("PUBLIC_BASE_URL", "https://coach.test:0"),
        ("PUBLIC_BASE_URL", "https://coach.test:65536"),
        ("KAKAO_SENDER", "sms"),
        ("KAKAO_TOKEN", "two words"),
        ("KAKAO_API_BASE_URL", "ftp://kakao.test"),
        ("DELIVERY_BATCH", "0"),
        ("DELIVERY_BATCH", "1001"),
        ("DELIVERY_BATCH", "12.5"),
        ("DELIVERY_BATCH", "1_0"),
        ("DELIVERY_BATCH", "9" * 5000),
        ("WEB_THREADS", "-1"),
        ("LLM_TIMEOUT_S", "nan"),
        ("LLM_TIMEOUT_S", "inf"),
        ("LLM_TIMEOUT_S", "1e3"),
        ("ROLLBACK_FAILURE_RATE", "1.1"),
        ("SEND_ALLOW_LIST", "010-1234-5678, 02-123-4567"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_malformed_value_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as error:
        from_env({**PRODUCTION, name: value})

    assert names_in(error) == [name]
    assert "hunter2" not in str(error.value)
    assert len(value) < 10 or value not in str(error.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_a_postgresql_url_works(scheme: str) -> None:
    config = from_env({**PRODUCTION, "DATABASE_URL": DATABASE.replace("postgresql", scheme)})

    assert config["SQLALCHEMY_DATABASE_URI"] == DATABASE.replace("postgresql", "postgresql+psycopg2")


def test_a_url_keeps_its_query() -> None:
    config = from_env({**PRODUCTION, "DATABASE_URL": f"{DATABASE}?sslmode=require"})

    assert config["SQLALCHEMY_DATABASE_URI"].endswith("/coach?sslmode=require")


def test_values_are_read_by_their_kind() -> None:
    config: dict[str, Any] = from_env(
        {
            **PRODUCTION,
            "CLIENT_API_KEYS": f" {'a' * 24} , {'b' * 24},",
            "SECRET_KEY": f"{'n' * 24},{'o' * 24}",
            "DELIVERY_BATCH": "1000",
            "LLM_TIMEOUT_S": "2.5",
            "REDIS_TLS_VERIFY": "0",
            "PUBLIC_BASE_URL": "https://coach.test/",
            "SEND_ALLOW_LIST": "010-1234-5678,+82 10 9999 0000",
            "LOG_LEVEL": "debug",
        }
    )

    assert config["CLIENT_API_KEYS"] == ["a" * 24, "b" * 24]
    assert (config["SECRET_KEY"], config["SECRET_KEY_FALLBACKS"]) == ("n" * 24, ["o" * 24])
    assert config["SECRET_KEYS"] == ["n" * 24, "o" * 24]
    assert config["DELIVERY_BATCH"] == 1000
    assert config["LLM_TIMEOUT_S"] == 2.5
    assert config["REDIS_TLS_VERIFY"] is False
    assert config["PUBLIC_BASE_URL"] == "https://coach.test"
    assert config["SEND_ALLOW_LIST"] == ["01012345678", "01099990000"]
    assert config["LOG_LEVEL"] == "DEBUG"


def test_every_thread_finds_a_connection() -> None:
    options = from_env({**PRODUCTION, "WEB_THREADS": "16"})["SQLALCHEMY_ENGINE_OPTIONS"]

    assert options["pool_size"] >= 18
    assert options["pool_pre_ping"] and options["hide_parameters"]
    assert "timezone=UTC" in options["connect_args"]["options"]
    assert "statement_timeout=15000" in options["connect_args"]["options"]


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import wsgi"],
        ["-m", "flask", "routes"],
        ["-m", "flask", "db", "upgrade"],
    ],
)
def test_a_process_that_lacks_a_name_ends_with_1_and_only_the_message(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert all(name in done.stderr for name in REQUIRED)
