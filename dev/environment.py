"""The environment of `make run`: secrets of its own, and the sandbox for every provider."""

import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from dev.processes import ServiceError

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORTS_TRIED = 100

# Names of the app's environment that are made up once for each clone and kept: the database holds tokens that
# are encrypted with SECRET_KEY.
SECRETS = (
    "SECRET_KEY",
    "CLIENT_API_KEYS",
    "OPERATOR_API_KEYS",
    "KAKAO_TOKEN",
    "KAKAO_ALIMTALK_APP_KEY",
    "KAKAO_SENDER_KEY",
    "KAKAO_REST_API_KEY",
    "KAKAO_CLIENT_SECRET",
    "KAKAO_ADMIN_KEYS",
    "KAKAO_SKILL_TOKENS",
    "KAKAO_RESULT_SIGNATURES",
    "LLM_API_KEY",
)


def development_secrets(path: Path) -> dict[str, str]:
    """Return the secrets in a file that only we can read; those it lacks are made and added."""
    try:
        kept = dict(json.loads(path.read_text()))
    except FileNotFoundError:
        kept = {}
    except ValueError as error:
        raise ServiceError(f"{path} is not readable as JSON ({error}); remove it for new secrets.") from error
    missing = {name: f"dev_{secrets.token_urlsafe(24)}" for name in SECRETS if name not in kept}
    if missing:
        write_private(path, kept | missing)
    return kept | missing


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON with mode 0600, in one step."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump(content, out, ensure_ascii=False, indent=2)
    fresh.replace(path)


def free_port(name: str, default: int, taken: frozenset[int] = frozenset()) -> int:
    """Return the first free TCP port from `default`, or from what the environment says under `name`."""
    text = os.environ.get(name, "").strip() or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ServiceError(f"{name} must be a port number from 1 to 65535.")
    first = int(text)
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        if port not in taken and _is_free(port):
            return port
    raise ServiceError(f"No free port from {first} on; set {name}.")


def _is_free(port: int) -> bool:
    """Whether nobody listens there; a connection that is only being closed does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def app_environment(
    secret: Mapping[str, str], database_url: str, redis_url: str, port: int, sandbox_port: int
) -> dict[str, str]:
    """Return the whole environment of web, worker, scheduler and sandbox.

    Ours wins over the caller's: nobody's real keys or real KakaoTalk are used, whatever the shell has
    exported. Other names, such as LOG_LEVEL or LLM_TIMEOUT_S, are passed on.
    """
    sandbox = f"http://{HOST}:{sandbox_port}"
    return {
        **os.environ,
        **secret,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "APP_ENV": "development",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://{HOST}:{port}",
        "GUNICORN_CMD_ARGS": f"--bind {HOST}:{port}",  # gunicorn.conf.py listens to the outside
        "KAKAO_SENDER": "alimtalk",
        "KAKAO_ALIMTALK_BASE_URL": sandbox,
        "KAKAO_API_BASE_URL": sandbox,
        "KAKAO_AUTH_BASE_URL": sandbox,
        "KAKAO_TEMPLATE_DAILY_PLAN": "dev_daily_plan",
        "KAKAO_TEMPLATE_SUMMARY": "dev_summary",
        "KAKAO_TEMPLATE_NOTICE": "dev_notice",
        "LLM_BASE_URL": f"{sandbox}/v1",
        "LLM_MODEL": "sandbox",
    }
