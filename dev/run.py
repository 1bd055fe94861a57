"""`make run`: the whole system on a developer's machine.

Its data, secrets and logs are under .dev/ and survive. While it runs, `.dev/run.json` (mode 0600) tells other
programs where it listens and with which keys: `{"api", "docs", "sandbox", "client_key", "operator_key",
"database_url", "redis_url", "pid", "environment": {…}}`, where `environment` has every name of the app's
environment that was set here.
"""

import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from dev.environment import (
    HOST,
    ROOT,
    app_environment,
    development_secrets,
    free_port,
    write_private,
)
from dev.output import Screen
from dev.processes import ServiceError
from dev.runner import SANDBOX_STAGE, Runner, Stopped, answers, handle_stop_signals, procfile
from dev.services import services

BASE = ROOT / ".dev"
RUN_FILE = BASE / "run.json"
HEALTHY_TIMEOUT_S = 60.0
MIGRATION_TIMEOUT_S = 600.0


def main() -> int:
    """Run until Ctrl-C, a signal, or the end of a process; return the exit code."""
    handle_stop_signals(signal.default_int_handler)  # KeyboardInterrupt closes `with` blocks
    screen = Screen()
    try:
        return run(screen)
    except (ServiceError, TimeoutError) as error:
        screen.say(f"\n{error}")
    except KeyboardInterrupt:
        screen.say("\nStopped while starting.")
    return 1


def run(screen: Screen) -> int:
    """Start everything, wait, stop everything; raises ServiceError with what went wrong."""
    given = {name: os.environ.get(name, "").strip() for name in ("DATABASE_URL", "REDIS_URL")}
    screen.say("Starting PostgreSQL and Redis …" if not all(given.values()) else "Using the given servers …")
    with ExitStack() as stack:
        running = stack.enter_context(
            services(BASE, durable=True, database=not given["DATABASE_URL"], redis=not given["REDIS_URL"])
        )
        runner = Runner(running.record, {}, screen)
        handle_stop_signals(runner.on_signal)
        RUN_FILE.unlink(missing_ok=True)  # of one that was killed
        stack.callback(RUN_FILE.unlink, missing_ok=True)
        stack.callback(runner.stop)
        urls = (given["DATABASE_URL"] or running.database_url, given["REDIS_URL"] or running.redis_url)
        try:
            start(runner, *urls)
            runner.wait_for_end()
        except Stopped:
            screen.say("\nStopping …")
    screen.say("Stopped; no process is left.")
    return runner.exit_code


def start(runner: Runner, database_url: str, redis_url: str) -> None:
    """Find ports, start everything there, and say so."""
    secret = development_secrets(BASE / "secrets.json")
    with one_at_a_time(runner):
        port = free_port("PORT", 8000)
        sandbox_port = free_port("SANDBOX_PORT", 8001, taken=frozenset({port}))
        runner.environment = app_environment(secret, database_url, redis_url, port, sandbox_port)
        start_processes(runner, port, sandbox_port)
    announce(runner.screen, runner.environment, port, sandbox_port)


def start_processes(runner: Runner, port: int, sandbox_port: int) -> None:
    """Start the sandbox, migrate, start what the Procfile says, and wait until all of it answers."""
    runner.start("sandbox", sandbox_command(runner.environment, port, sandbox_port), SANDBOX_STAGE)
    lines = procfile()
    runner.complete(runner.start_line("release", lines["release"]), MIGRATION_TIMEOUT_S)
    for name in ("web", "worker", "scheduler"):
        runner.start_line(name, lines[name])
    for url in (f"http://{HOST}:{sandbox_port}/healthz", f"http://{HOST}:{port}/readyz"):
        runner.wait(lambda url=url: answers(url), HEALTHY_TIMEOUT_S, f"{url} to answer 200")  # type: ignore[misc]


def sandbox_command(names: Mapping[str, str], port: int, sandbox_port: int) -> list[str]:
    """Return the sandbox's command line, which can speak to the app as Kakao and the dealer do."""
    app = f"http://{HOST}:{port}"
    options = {
        "port": str(sandbox_port),
        "webhook-url": f"{app}/webhooks/alimtalk/results",
        "webhook-signature": names["KAKAO_RESULT_SIGNATURES"],
        "app-key": names["KAKAO_ALIMTALK_APP_KEY"],
        "secret-key": names["KAKAO_TOKEN"],
        "app-url": app,
        "skill-token": first_word(names["KAKAO_SKILL_TOKENS"]),
        "admin-key": first_word(names["KAKAO_ADMIN_KEYS"]),
        "app-id": names.get("KAKAO_APP_ID", ""),
        "bot-id": names.get("KAKAO_BOT_ID", ""),
    }
    given = [f"--{name}={value}" for name, value in options.items() if value]
    return [sys.executable, "-m", "dev.sandbox", *given]


def first_word(listed: str) -> str:
    """Return the first of comma-separated values, which is the one in use."""
    return listed.partition(",")[0].strip()


@contextmanager
def one_at_a_time(runner: Runner) -> Iterator[None]:
    """Let only one clone look for ports at a time, until it listens there itself.

    The folder itself is locked, which all users can do and which leaves no file.
    """
    descriptor = os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_CLOEXEC)

    def mine() -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    try:
        with suppress(TimeoutError):  # the other hangs: then take the risk
            runner.wait(mine, HEALTHY_TIMEOUT_S, "another clone to start")
        yield
    finally:
        os.close(descriptor)


def announce(screen: Screen, environment: dict[str, str], port: int, sandbox_port: int) -> None:
    """Tell people on the screen, and programs in run.json, where everything is."""
    api, sandbox = f"http://{HOST}:{port}", f"http://{HOST}:{sandbox_port}"
    key = environment["CLIENT_API_KEYS"]
    ours = {
        name: value for name, value in environment.items() if os.environ.get(name) != value and name != "PATH"
    }
    write_private(
        RUN_FILE,
        {
            "api": api,
            "docs": f"{api}/docs",
            "sandbox": sandbox,
            "client_key": key,
            "operator_key": environment["OPERATOR_API_KEYS"],
            "database_url": environment["DATABASE_URL"],
            "redis_url": environment["REDIS_URL"],
            "pid": os.getpid(),
            "environment": ours,
        },
    )
    screen.say(
        f"""
갓생 코치 is up. Ctrl-C stops it.

  API      {api}
  Docs     {api}/docs
  Sandbox  {sandbox}   (KakaoTalk to chat in, the AlimTalk dealer and the LLM)

Paste this to create a user, today's plan, and the code to type in the sandbox's KakaoTalk, which joins that
chat to the user (operator's key and all addresses: {RUN_FILE.relative_to(ROOT)}):

{first_curl(api, key)}
"""
    )


def first_curl(api: str, key: str) -> str:
    """Return shell lines that create a user, with a number new every second, today's plan and a link code."""
    headers = f"-H 'Authorization: Bearer {key}' -H 'Content-Type: application/json'"
    return f"""  USER_ID=$(curl -sS {api}/users {headers} \\
    -d '{{"name": "김하루", "phone_number": "0100000'$(date +%M%S)'"}}' |
    sed -nE 's/.*"id": ?"([^"]+)".*/\\1/p')
  curl -sS {api}/plans/generate {headers} \\
    -d '{{"user_id": "'$USER_ID'", "target_date": "'$(TZ=Asia/Seoul date +%F)'", "force": true}}'
  curl -sS -X POST {api}/users/$USER_ID/link-code {headers}"""


if __name__ == "__main__":
    sys.exit(main())
