"""The Korean operators' guide: every command in it is run, in order, against a whole system of its own."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from real_processes import free_address, system
from settings import environment, sandbox_options
from transcripts import Step, shell, steps

from dev.environment import ROOT
from dev.sandbox.client import running_sandbox
from dev.services import services

PAGE = (ROOT / "docs/ko/운영-가이드.md").read_text()
START = "<!-- processes start here -->"
STEPS = steps(PAGE)
Ran = tuple[int, str]

# What an operator is to see for each thing on the list that this guide grew from: of which commands, and what
# all of them together print.
PLAN_409 = r'"code": "conflict".*"plan_id": "[\w-]{36}"}\n409\n'
PLAN_400 = r'"pointer": "#/plan_source".*\n400\n(.|\n)*"pointer": "#/source".*\n400\n'
LIST = {
    "the environment, the specification and the dry run": (
        "flask ops preflight",
        r"(?s)ok +environment.*ok +migrations +1 to run.*COMMIT.*ok +openapi.json",
    ),
    "the addresses of webhooks": ("flask ops webhook-check", r"(?s)ok +skill.*ok +unlink .*ok +results"),
    "smoke": ("flask ops smoke", r"(?s)ok +healthz.*ok +plan.*ok +notification.*ok +webhook.*ok +clean-up"),
    "users.id is the primary key": ("sql", r"pk_users\|PRIMARY KEY \(id\)"),
    "idempotency keys are unique": ("sql", r"uq_notifications_idempotency_key\|UNIQUE \(idempotency_key\)"),
    "events are unique": (
        "sql",
        r"\|UNIQUE \(provider, event_id\)\n.*\|UNIQUE \(provider, idempotency_key\)",
    ),
    "healthz, twice": ("for n in 1 2; do call", r'({"status":"ok",.*}\n200\n){2}'),
    "readyz, twice": ("for n in 1 2; do call", r'({"status":"ready",.*}\n200\n){2}'),
    "a plan is a 201 and has its source from `source`": ("plan ", r'"source":"rule",.*\n201\n'),
    "and from `plan_source`": ('plan "$TOMORROW"', r'"source":"rule",.*\n201\n'),
    "a second plan for the day is a 409": ("plan ", PLAN_409),
    "a blank source is a 400 for both names": ("plan ", PLAN_400),
    "a daily notification": ("sql", r"daily_plan\|DELIVERED\|1"),
    "a webhook": ("sql", r"alimtalk\|PROCESSED\|valid"),
    "the review queue is empty": ("flask ops review list --state open", r"ok +reviews +none"),
    "codes are collected": ("flask ops provider-codes", r"ok +collection-rate +1.0000: 1 of 1"),
    "switches": ("flask ops guardrail", r"(?s)force_rule +true.*llm_enabled +true.*send_paused +false"),
    "when to go back": ("flask ops rollback-check", r"(?s)summary-error.*review-surge.*failure-rate.*keep"),
    "the log of deployments and migrations": ("flask ops log list", r"(?s)deploy .*commit.*migration .*->"),
    "the revisions follow each other": ("flask db history", r"001_.* -> 002_(.|\n)*<base> -> 001_"),
    "constraints of notifications": ("sql", r"(?s)pk_notifications.*uq_notifications_idempotency_key"),
    "indexes": ("sql", r"(?s)uq_exercise_set_states.*uq_notifications.*uq_webhook_events_provider_event_id"),
    "what operators see of messages": (
        "sql",
        "failure_reason\nlast_error_at\nprovider_response_code\nreason_code",
    ),
    "and of webhooks": ("sql", "retry_count\nschema_version\nsignature_state"),
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where everybody may pass: PostgreSQL refuses root and runs as somebody else."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def ran(env: dict[str, str], folder: Path) -> dict[Step, Ran]:
    """What every command did: on the database of the release before, with processes from the mark on."""
    found: dict[Step, Ran] = {}
    with ExitStack() as stack:
        servers = stack.enter_context(services(folder / "servers", durable=False))
        psql, address = servers.layout.postgres_bin, free_address()
        own = environment(servers.postgres.dsn, servers.redis_url) | {"PUBLIC_BASE_URL": address}
        options = sandbox_options(own) | {"webhook_url": f"{address}/webhooks/alimtalk/results"}
        dealer = stack.enter_context(running_sandbox(**options))
        own |= {"KAKAO_ALIMTALK_BASE_URL": dealer.base_url, "GIT_COMMIT": "0123abc", "PATH": _path(psql)}
        bash = stack.enter_context(shell(os.environ | own, ROOT, folder / "errors.log"))
        code, printed = bash.run("flask db upgrade && flask db downgrade")
        assert code == 0, printed
        mark, is_up = PAGE.splitlines().index(START) + 1, False
        for step in STEPS:
            if step.line > mark and not is_up:
                stack.enter_context(system(own, folder, "worker", "scheduler", address=address))
                is_up = True
            found[step] = bash.run(step.command)
    return found


def _path(psql: Path) -> str:
    """Our `flask`, and the `psql` that came with the server."""
    return os.pathsep.join([str(Path(sys.executable).parent), str(psql), os.environ["PATH"]])


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_command_does_what_the_guide_says(ran: dict[Step, Ran], folder: Path, step: Step) -> None:
    code, printed = ran[step]

    said = f"exit code {code}, and it printed:\n{printed}\n{(folder / 'errors.log').read_text()[-4000:]}"
    assert code == 0 or step.may_fail, said
    assert step.matches(printed), said


@pytest.mark.parametrize("thing", LIST)
def test_nothing_of_the_list_is_missing(ran: dict[Step, Ran], thing: str) -> None:
    begins, wanted = LIST[thing]

    printed = "".join(out for step, (_, out) in ran.items() if step.command.startswith(begins))
    assert re.search(wanted, printed), printed


def test_a_revision_goes_down_by_one_and_up_again() -> None:
    commands = [step.command for step in STEPS]

    down = commands.index("flask db downgrade")
    assert commands[down + 1 : down + 3] == ["flask db upgrade", "flask ops verify-schema"]


def test_no_command_stands_outside_what_is_run() -> None:
    languages = re.findall(r"^```(.*)$", PAGE, flags=re.MULTILINE)

    assert set(languages) == {"console", ""}
