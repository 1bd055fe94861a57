"""What an LLM costs that takes questions and never answers: its own plans, and everybody else."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.generate import PATH, as_client, forgotten
from bench.intake import Hook, changes
from bench.load import HEAD_START_S, Clients, Round, Times, Work, client
from bench.people import today, trainees
from bench.report import Aim, CannotMeasure, columns, compare, heading, line, percentile
from bench.stage import Served, Stage, connected, run, settle
from bench.visitors import Visitor, Visits, visit
from dev.processes import wait_until
from dev.sandbox.client import Sandbox, running_sandbox

TIMEOUT_S = 2  # short, so that many calls hang in the time of a round
PLACES = 2  # LLM_CONCURRENCY by default
HUNG, BUSY = "llm_timeout", "llm_busy"
PAUSE_S = 1.0  # of a client who was told that the LLM is busy; one whose plan hung asks again at once
LIGHT_PAUSE_S = 0.02  # between two looks at a light route
EACH_ASKS_FOR = 60  # trainees of one such client, at most
FORGET_S = 0.5  # fewer than five calls can fail in that time, so the breaker stays closed
LIGHT = ("healthz", "channel webhook")  # each visit by a connection of its own


def measure(stage: Stage) -> None:
    """Print what rule plans and light routes take with and without a hanging LLM, and its own plans."""
    plans, rounds, clients, askers = (40, 1, 2, 3) if stage.quick else (1_200, 5, 8, 4)
    url = stage.database("bench_hanging")
    people = [user_id for user_id, _ in trainees(url, plans + askers * EACH_ASKS_FOR)]
    with ExitStack() as stack:
        enter = stack.enter_context
        sandbox = enter(running_sandbox())
        sandbox.always("llm", action="hang_before")
        llm = {"LLM_API_KEY": "bench", "LLM_BASE_URL": f"{sandbox.base_url}/v1"}
        web = enter(stage.web("hanging", "wsgi:app", DATABASE_URL=url, LLM_TIMEOUT_S=str(TIMEOUT_S), **llm))
        crowd = enter(closing(Clients(clients + askers + len(LIGHT))))
        scene = Scene(stage, url, web, sandbox, crowd, _bodies(people[:plans]), clients)
        hanging, calm = Side(_bodies(people[plans:], source="llm"), askers), Side()
        for number in range(rounds + 1):
            for side in (hanging, calm):
                scene.take(side, counts=number > 0)  # the first only warms up
    heading(
        f"hanging: {PATH} while the LLM hangs, {rounds} × {plans:,} rule plans a side by {clients} clients",
        f"LLM_TIMEOUT_S={TIMEOUT_S}; {askers} more clients want its plans, {PAUSE_S:g} s after a busy one",
        f"failures are forgotten every {FORGET_S:g} s: else the breaker would open and nobody be asked",
        "floor: the same rule plans by the same gunicorn while nobody wants the LLM's",
    )
    _print(hanging, calm)


@dataclass
class Side:
    """One of two situations: who asks for the LLM's plans, and what came of its rounds."""

    wanted: list[bytes] = field(default_factory=list)
    askers: int = 0
    rules: list[Round] = field(default_factory=list)
    light: list[list[Round]] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    asked: Visits = field(default_factory=list)
    taken: list[float] = field(default_factory=list)

    def keep(self, rules: Times, light: Sequence[Visits], asked: Visits, cpu_s: float) -> None:
        """Note a round; `taken` is how many of the LLM's places were taken while rule plans were made."""
        start, end = min(each[0] for each in rules), max(each[1] for each in rules)
        held_s = [min(end, done) - max(start, began) for began, done, reason in asked if reason == HUNG]
        self.rules.append(Round.of([rules]))
        self.light.append([Round.of([[each[:2] for each in visits]]) for visits in light])
        self.cpu_ms.append(cpu_s * 1000 / len(rules))
        self.asked += asked
        self.taken.append(sum(each for each in held_s if each > 0) / (end - start))


@dataclass(frozen=True)
class Scene:
    """The service with its LLM, and the clients: `rulers` of them make rule plans."""

    stage: Stage
    url: str
    web: Served
    sandbox: Sandbox
    crowd: Clients
    bodies: list[bytes]
    rulers: int

    def take(self, side: Side, *, counts: bool) -> None:
        """Make all rule plans once, in that situation; kept if it counts."""
        with self._clean(), self._stopping() as stop:
            asking = self.crowd.start(visit, self._askers(side, stop))
            if asking:
                wait_until(self._hangs, 10, "the LLM to hang", poll_s=0.05)
            before_s = self.stage.cpu_s(self.web.pid)
            looking = self.crowd.start(visit, self._lookers(stop))
            rules = self._made(self.crowd.start(client, self._works()))
            cpu_s = self.stage.cpu_s(self.web.pid) - before_s
            stop.touch()
            light = [each.result() for each in looking]
            asked = [each for visits in asking for each in visits.result()]
        if counts:
            side.keep(rules, light, asked, cpu_s)

    def _hangs(self) -> bool:
        return bool(self.sandbox.state()["hanging"] >= PLACES)

    def _made(self, working: Sequence[Future[Times]]) -> Times:
        """The end of all rule plans; until then no failure of the LLM is remembered for long."""
        with connected(self.url) as connection:
            while wait(working, FORGET_S).not_done:
                run(connection, "DELETE FROM llm_calls WHERE ended_at IS NOT NULL")
        return [each for times in working for each in times.result()]

    def _works(self) -> list[Work]:
        start_at = time.monotonic() + HEAD_START_S
        shares = [self.bodies[number :: self.rulers] for number in range(self.rulers)]
        return [Work(self.web.port, PATH, as_client(self.stage), each, 201, start_at) for each in shares]

    def _askers(self, side: Side, stop: Path) -> list[Visitor]:
        shares = [side.wanted[number :: side.askers] for number in range(side.askers)]
        common = (self.web.port, "POST", PATH, as_client(self.stage))
        return [
            Visitor(*common, each, 201, PAUSE_S, stop, told="fallback_reason", hurries=HUNG)
            for each in shares
        ]

    def _lookers(self, stop: Path) -> list[Visitor]:
        hook: Hook = changes(self.stage, 2)
        health = Visitor(self.web.port, "GET", "/healthz", {}, [b""], 200, LIGHT_PAUSE_S, stop, fresh=True)
        said = {"headers": hook.headers, "bodies": hook.bodies, "named_in": hook.named_in}
        return [health, replace(health, method="POST", path=hook.path, **said)]

    @contextmanager
    def _stopping(self) -> Iterator[Path]:
        """The file that ends all visits; at the end it is there, and nothing hangs."""
        stop = self.stage.base / "stop"
        stop.unlink(missing_ok=True)
        try:
            yield stop
        finally:
            stop.touch()
            self.sandbox.release()

    @contextmanager
    def _clean(self) -> Iterator[None]:
        """Afterwards nothing of the round is left."""
        with forgotten(self.url):
            yield
        with connected(self.url) as connection:
            run(connection, "DELETE FROM webhook_events", "DELETE FROM llm_calls")
            settle(connection, ("webhook_events", "llm_calls"))


def _bodies(people: Sequence[str], **more: str) -> list[bytes]:
    return [json.dumps({"user_id": each, "target_date": str(today())} | more).encode() for each in people]


def _print(hanging: Side, calm: Side) -> None:
    columns("LLM hangs", "nobody asks")
    sides = (hanging, calm)
    compare("rule plans/s", *([each.per_second for each in side.rules] for side in sides))
    for share, aim in ((0.5, None), (0.99, Aim("≤", 1.5))):
        name = f"rule plans, p{share * 100:.0f}, ms"
        compare(name, *([each.ms(share) for each in side.rules] for side in sides), aim)
    for place, route in enumerate(LIGHT):
        found = ([each[place].ms(0.99) for each in side.light] for side in sides)
        compare(f"{route}, p99, ms", *found)
    compare("processor time, ms a rule plan", hanging.cpu_ms, calm.cpu_ms)
    beside = 100 * len(hanging.asked) / sum(len(each.latencies_ms) for each in hanging.rules)
    line("plans by the LLM's clients", beside, "beside 100 rule plans")
    line("places taken meanwhile, the least", min(hanging.taken), f"of {PLACES}")
    _print_asked(hanging.asked)


def _print_asked(asked: Visits) -> None:
    """Those that hung and those that found no place, each for itself: together they would flatter."""
    reasons = Counter(reason for _, _, reason in asked)
    if set(reasons) != {HUNG, BUSY}:
        raise CannotMeasure(f"the plans that were asked of the LLM ended as {dict(reasons)}")
    for reason in (HUNG, BUSY):
        taken_s = [end - start for start, end, why in asked if why == reason]
        told = f"s (p50 {percentile(taken_s, 0.5):.2f}, slowest {max(taken_s):.2f})"
        name = f"{reason}, p99 of {len(taken_s):,} plans"
        line(name, percentile(taken_s, 0.99), told, Aim("≤", TIMEOUT_S + 1))
