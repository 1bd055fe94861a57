"""What the environment must and may say: one table, read once, every problem reported at once."""

import os
from collections.abc import Mapping
from copy import copy
from typing import Any, NamedTuple

from sqlalchemy.engine import make_url

from app.config_kinds import (
    Kind,
    address,
    boolean,
    choice,
    database_url,
    integer,
    number,
    phone_numbers,
    redis_password,
    redis_url,
    word,
    words,
)

VERSION = "1.0.0"
KEY_LENGTH = 24
KIB = 1024
CONNECT_TIMEOUT_S = 3
# A database that is gone without a word, as after a failover, is noticed in some 20 s, not in the kernel's
# quarter of an hour. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES
LOST_PEER = {
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
STATEMENT_TIMEOUT_MS = 15_000
IDLE_TIMEOUT_MS = 25_000  # inside a transaction: a stopped process holds its rows no longer

# When a name must be set. The last two hold in production only, for the chosen sender.
ALWAYS, PRODUCTION, ALIMTALK, MEMO, NEVER = "always", "production", "alimtalk", "memo", ""


class ConfigError(SystemExit):
    """The environment is not usable; uncaught, it prints its message alone and ends the process with 1."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(["The environment is not complete:", *(f"  {line}" for line in problems)]))
        self.problems = problems


class Setting(NamedTuple):
    """One environment variable; `default` is text, as the environment would say it, None for unset."""

    name: str
    kind: Kind
    required: str
    default: str | None
    help: str


SETTINGS = (
    Setting("DATABASE_URL", database_url(), ALWAYS, None, "PostgreSQL"),
    Setting("REDIS_URL", redis_url(), ALWAYS, None, "Redis"),
    Setting("REDIS_TLS_VERIFY", boolean(), NEVER, "1", "0 accepts a self-signed certificate of Redis"),
    Setting("SECRET_KEY", words(KEY_LENGTH), ALWAYS, None, "signs trainee links, encrypts stored tokens"),
    Setting("CLIENT_API_KEYS", words(KEY_LENGTH), ALWAYS, None, "keys of apps"),
    Setting("OPERATOR_API_KEYS", words(KEY_LENGTH), ALWAYS, None, "keys of operators"),
    Setting("PUBLIC_BASE_URL", address("http", "https"), PRODUCTION, "http://localhost:8000", "this service"),
    Setting("TRUSTED_PROXIES", integer(0, 10), NEVER, "1", "proxies that write X-Forwarded-For"),
    Setting("KAKAO_SENDER", choice("alimtalk", "memo"), NEVER, "alimtalk", "who carries notifications"),
    Setting("KAKAO_TOKEN", word(), ALIMTALK, None, "the dealer's secret key"),
    Setting(
        "KAKAO_ALIMTALK_BASE_URL",
        address("http", "https"),
        NEVER,
        "https://kakaotalk-bizmessage.api.nhncloudservice.com",
        "the dealer's endpoint",
    ),
    Setting("KAKAO_ALIMTALK_APP_KEY", word(), ALIMTALK, None, "the dealer's app key"),
    Setting("KAKAO_SENDER_KEY", word(), ALIMTALK, None, "sender profile"),
    Setting("KAKAO_TEMPLATE_DAILY_PLAN", word(), ALIMTALK, None, "approved template code"),
    Setting("KAKAO_TEMPLATE_SUMMARY", word(), ALIMTALK, None, "approved template code"),
    Setting("KAKAO_TEMPLATE_NOTICE", word(), ALIMTALK, None, "approved template code"),
    Setting("KAKAO_API_BASE_URL", address("http", "https"), NEVER, "https://kapi.kakao.com", "memo sender"),
    Setting(
        "KAKAO_AUTH_BASE_URL", address("http", "https"), NEVER, "https://kauth.kakao.com", "token refresh"
    ),
    Setting("KAKAO_REST_API_KEY", word(), MEMO, None, "memo sender's app"),
    Setting("KAKAO_CLIENT_SECRET", word(), MEMO, None, "memo sender's app"),
    Setting("KAKAO_ADMIN_KEYS", words(), PRODUCTION, None, "sign channel and unlink webhooks"),
    Setting("KAKAO_SKILL_TOKENS", words(), PRODUCTION, None, "X-Skill-Token of chatbot requests"),
    Setting("KAKAO_RESULT_SIGNATURES", words(), PRODUCTION, None, "X-Toast-Webhook-Signature of results"),
    Setting("KAKAO_APP_ID", word(), NEVER, None, "checked on webhooks when set"),
    Setting("KAKAO_BOT_ID", word(), NEVER, None, "checked on webhooks when set"),
    Setting("LLM_API_KEY", word(), NEVER, None, "without it every plan is made by rules"),
    Setting("LLM_BASE_URL", address("http", "https"), NEVER, "https://api.openai.com/v1", "chat completions"),
    Setting("LLM_MODEL", word(), NEVER, "gpt-4o-mini", "model name"),
    Setting("LLM_TIMEOUT_S", number(0.1, 60), NEVER, "10", "seconds for all tries of one plan"),
    Setting("LLM_CONCURRENCY", integer(1, 100), NEVER, "2", "LLM calls at once, over all processes"),
    Setting("WEB_CONCURRENCY", integer(1, 64), NEVER, "2", "web processes"),
    Setting("WEB_THREADS", integer(1, 64), NEVER, "4", "threads of a web process"),
    Setting("DELIVERY_BATCH", integer(1, 1000), NEVER, "500", "recipients of one request to the dealer"),
    Setting("DELIVERY_CONCURRENCY", integer(1, 64), NEVER, "8", "memo requests in flight"),
    Setting("SEND_ALLOW_LIST", phone_numbers(), NEVER, None, "outside production, the only numbers sent to"),
    Setting("ERASE_AFTER_DAYS", integer(0, 3650), NEVER, "0", "days from an unlink to the erasure"),
    Setting("LLM_ENABLED", boolean(), NEVER, "1", "guardrail's default"),
    Setting("FORCE_RULE", boolean(), NEVER, "0", "guardrail's default"),
    Setting("SEND_PAUSED", boolean(), NEVER, "0", "guardrail's default"),
    Setting("SEND_CAP_PER_MINUTE", integer(0, 1_000_000), NEVER, None, "guardrail's default; unset: no cap"),
    Setting("ROLLBACK_SUMMARY_ERROR", number(0, 1), NEVER, "0.01", "stored summaries that may be wrong"),
    Setting("ROLLBACK_REVIEW_FACTOR", number(1, 1000), NEVER, "3", "reviews of an hour against the usual"),
    Setting("ROLLBACK_FAILURE_RATE", number(0, 1), NEVER, "0.2", "attempts that may fail"),
    Setting("LOG_LEVEL", choice("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), NEVER, "INFO", "log lines"),
)
APP_ENV = Setting(
    "APP_ENV", choice("production", "development", "test"), NEVER, "production", "how strict to be"
)
# Whose values are shown nowhere; of the two addresses, the passwords.
SECRETS = (
    *("SECRET_KEYS", "CLIENT_API_KEYS", "OPERATOR_API_KEYS", "KAKAO_TOKEN", "KAKAO_ALIMTALK_APP_KEY"),
    *("KAKAO_SENDER_KEY", "KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "KAKAO_ADMIN_KEYS"),
    *("KAKAO_SKILL_TOKENS", "KAKAO_RESULT_SIGNATURES", "LLM_API_KEY"),
)
NAMES = frozenset(setting.name for setting in SETTINGS) | {APP_ENV.name}


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The process environment with `overrides` on top: names of the table as text, others as they are."""
    given = dict(overrides or {})
    environ = {**os.environ, **{name: str(given.pop(name)) for name in NAMES & set(given)}}
    return {**from_env(environ), **given}


def from_env(environ: Mapping[str, str]) -> dict[str, Any]:
    """Flask's configuration: each name of the table, and what libraries want made of them.

    A list of texts for names that hold several, None for those that are unset. Raises ConfigError with
    all problems; none of them shows a value.
    """
    problems: list[str] = []
    app_env = _read(APP_ENV, environ, problems, required=False) or "production"
    production = app_env == "production"
    needed = {ALWAYS, PRODUCTION, (environ.get("KAKAO_SENDER") or ALIMTALK).strip().lower()}
    config: dict[str, Any] = {"APP_ENV": app_env}
    for setting in SETTINGS:
        required = setting.required in (needed if production else {ALWAYS})
        config[setting.name] = _read(setting, environ, problems, required=required)
    problems += _conflicts(config, production=production)
    if problems:
        raise ConfigError(problems)
    return {**config, **_derived(config)}


def secrets(config: Mapping[str, Any]) -> set[str]:
    """Every value of a configuration that no log may show."""
    values = [config.get(name) or [] for name in SECRETS]
    found = {text for value in values for text in ([value] if isinstance(value, str) else value)}
    passwords = (make_url(config["DATABASE_URL"]).password, redis_password(config["REDIS_URL"]))
    return found | {password for password in passwords if password}


def _read(setting: Setting, environ: Mapping[str, str], problems: list[str], *, required: bool) -> Any:
    """The parsed value, or None with a line added to `problems`."""
    text = environ.get(setting.name, "").strip()
    if not text and required:
        problems.append(f"{setting.name} is missing: must be {setting.kind.expects}")
        return None
    if not text and setting.default is None:
        return copy(setting.kind.unset)
    try:
        return setting.kind.parse(text or setting.default or "")
    except ValueError:
        problems.append(f"{setting.name} is malformed: must be {setting.kind.expects}")
        return None


def _conflicts(config: dict[str, Any], *, production: bool) -> list[str]:
    """What is wrong although each value alone is well formed."""
    found = []
    if production and config["PUBLIC_BASE_URL"] and not config["PUBLIC_BASE_URL"].startswith("https://"):
        found.append("PUBLIC_BASE_URL is malformed: must be an address with https in production")
    if set(config["CLIENT_API_KEYS"] or ()) & set(config["OPERATOR_API_KEYS"] or ()):
        found.append("OPERATOR_API_KEYS is malformed: must share no key with CLIENT_API_KEYS")
    return found


def _derived(config: dict[str, Any]) -> dict[str, Any]:
    """The settings of Flask and its extensions."""
    secret_keys: list[str] = config["SECRET_KEY"]
    return {
        "SECRET_KEYS": secret_keys,
        "SECRET_KEY": secret_keys[0],
        "SECRET_KEY_FALLBACKS": secret_keys[1:],
        "MAX_CONTENT_LENGTH": 256 * KIB,
        "SQLALCHEMY_DATABASE_URI": config["DATABASE_URL"],
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": config["WEB_THREADS"] + 2,
            "max_overflow": 2,
            "pool_timeout": 5,
            "pool_pre_ping": True,
            "hide_parameters": True,
            "connect_args": {
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "godlife",
                **LOST_PEER,
                "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_MS}"
                f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}",
            },
        },
        "API_TITLE": "갓생 코치 API",
        "API_VERSION": VERSION,
        "OPENAPI_VERSION": "3.1.0",
    }
