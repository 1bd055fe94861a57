"""The environment of the tests, in one place; nobody's real keys or real KakaoTalk are in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

CLIENT_KEY = "client-key-of-the-tests-0001"
OPERATOR_KEY = "operator-key-of-the-tests-01"
SECRET_KEY = "secret-key-of-the-tests-0001"
NOWHERE = "http://127.0.0.1:9"


def environment(database_url: str, redis_url: str) -> dict[str, str]:
    """Everything the application reads, as the environment would say it."""
    return {
        "APP_ENV": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "CLIENT_API_KEYS": CLIENT_KEY,
        "OPERATOR_API_KEYS": OPERATOR_KEY,
        "PUBLIC_BASE_URL": "https://coach.test",
        "KAKAO_TOKEN": "sandbox-secret-key",
        "KAKAO_ALIMTALK_BASE_URL": NOWHERE,
        "KAKAO_ALIMTALK_APP_KEY": "sandbox-app-key",
        "KAKAO_SENDER_KEY": "sandbox-sender-key",
        "KAKAO_TEMPLATE_DAILY_PLAN": "dev_daily_plan",
        "KAKAO_TEMPLATE_SUMMARY": "dev_summary",
        "KAKAO_TEMPLATE_NOTICE": "dev_notice",
        "KAKAO_API_BASE_URL": NOWHERE,
        "KAKAO_AUTH_BASE_URL": NOWHERE,
        "KAKAO_REST_API_KEY": "sandbox-rest-key",
        "KAKAO_CLIENT_SECRET": "sandbox-client-secret",
        "KAKAO_ADMIN_KEYS": "sandbox-admin-key",
        "KAKAO_SKILL_TOKENS": "sandbox-skill-token",
        "KAKAO_RESULT_SIGNATURES": "sandbox-result-signature",
        "LLM_BASE_URL": NOWHERE,
        "LOG_LEVEL": "INFO",
    }


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """A new database on a server that is given, gone afterwards: what others keep there is not touched."""
    given = make_url(url).set(drivername="postgresql+psycopg2")
    name = f"godlife_test_{uuid4().hex[:12]}"
    engine = create_engine(given, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield given.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def own_redis(url: str) -> str:
    """The last of the numbered databases of a Redis that is given, unless it names one itself."""
    parts = urlsplit(url)
    if parts.scheme == "unix" or parts.path not in ("", "/", "/0"):
        return url
    return urlunsplit(parts._replace(path="/15"))


def sandbox_options(env: dict[str, str]) -> dict[str, str]:
    """Options of a sandbox that takes what an application with this environment sends."""
    return {
        "app_key": env["KAKAO_ALIMTALK_APP_KEY"],
        "secret_key": env["KAKAO_TOKEN"],
        "sender_key": env["KAKAO_SENDER_KEY"],
        "webhook_signature": env["KAKAO_RESULT_SIGNATURES"],
    }
