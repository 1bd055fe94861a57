"""Answers in chat while a worker sends messages, against a bare view that commits one row meanwhile."""

from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from bench.conversation import COURSE, PATH, conversation
from bench.delivery import BATCH, DEALER, LATENCY_MS, TEMPLATE_CODES, Scene, scene
from bench.load import Clients, Round, Times
from bench.people import today, trainees
from bench.queries import counted
from bench.report import Aim, CannotMeasure, columns, compare, heading, line, percentile
from bench.stage import Served, Stage, connected, settle
from bench.talkers import Chat, talk
from dev.runner import procfile
from dev.sandbox.client import running_sandbox

TABLES = ("webhook_events", "kakao_chats", "exercise_plans", "exercise_sessions", "exercise_set_states")
# What others said before.
EVENTS = """
    INSERT INTO webhook_events (id, provider, event_id, idempotency_key, sender_id, payload, body_hash,
        answer, status, processed_at, schema_version, signature_state)
    SELECT uuidv7(), 'kakao_skill', md5(n::text), md5('tap' || n), 'sender-' || mod(n, 10000),
        '{"userRequest": {"utterance": "bench"}}', md5(n::text),
        '{"version": "2.0"}', 'PROCESSED', now(), 'skill-2.0', 'valid'
    FROM generate_series(1, %s) AS n
"""
CHATS = """
    INSERT INTO kakao_chats (bot_user_key, user_id)
    SELECT 'bench-' || id, id::uuid FROM unnest(%s) AS id
"""


def measure(stage: Stage) -> None:
    """Print what both sides do while messages leave, the slowest answers and the most queries."""
    messages, rounds, clients, workouts = (1_000, 1, 2, 12) if stage.quick else (10_000, 3, 8, 12)
    environment = {"KAKAO_SENDER_KEY": "bench", "DELIVERY_BATCH": str(BATCH)}
    options = {name: stage.environment[setting] for name, setting in DEALER.items()}
    codes = {name: stage.environment[name] for name in TEMPLATE_CODES}
    with ExitStack() as running:
        enter = running.enter_context
        dealer = enter(running_sandbox(env=codes, latency_ms=LATENCY_MS, **options))
        environment["KAKAO_ALIMTALK_BASE_URL"] = dealer.base_url
        ours = scene(stage, "bench_skill", messages, environment)
        chats = _joined(ours, (rounds + 1) * clients * workouts + 1, past=1_000 if stage.quick else 200_000)
        queries = _queries(ours, stage.environment, chats.pop())
        environment["DATABASE_URL"] = ours.url
        enter(stage.process("skill_worker", procfile()["worker"], **environment))
        web = enter(stage.web("skill", "wsgi:app", **environment))
        floor = enter(stage.web("skill_floor", "bench.floor_intake:app", **environment))
        race = Race(stage, ours, enter(closing(Clients(clients))))
        sides = Said(web), Said(floor, fixed=True)
        for number in range(rounds + 1):
            mine = chats[number * clients * workouts :][: clients * workouts]
            for side in sides:
                race.drain(side, mine, messages, counts=number > 0)  # the first only warms up
    heading(
        f"skill: answers in chat, {clients} clients, while a worker sends {rounds} × {messages:,} messages",
        f"a dealer that takes {LATENCY_MS} ms; each client goes through workouts of trainees 4 weeks on",
        f"they say over and over: {', '.join(COURSE)}",
        "floor: a bare Flask view, under the same gunicorn, that parses the body and commits one row",
    )
    _print(*sides, queries)


@dataclass
class Said:
    """One of the two sides: what came of its rounds, and how many messages a second left meanwhile."""

    served: Served
    fixed: bool = False
    rounds: list[Round] = field(default_factory=list)
    drained: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Race:
    """The scene in which messages leave, and the clients who talk meanwhile."""

    stage: Stage
    scene: Scene
    crowd: Clients

    def drain(self, side: Said, chats: list[str], messages: int, *, counts: bool) -> None:
        """Let the clients talk from just before the bell until the last message is sent."""
        stop = self.stage.base / "stop"
        stop.unlink(missing_ok=True)
        with connected(self.scene.url) as connection:
            settle(connection, TABLES)
        count, headers = self.crowd.count, _headers(self.stage.environment)
        works = [
            Chat(side.served.port, headers, chats[number::count], stop, side.fixed) for number in range(count)
        ]
        talks: list[Future[Times]] = []

        def start() -> None:
            talks.extend(self.crowd.start(talk, works))
            self.scene.ring()

        try:
            per_second = self.scene.per_second(messages, start)
        finally:
            stop.touch()
            said = Round.of([each.result() for each in talks])
        if counts:
            side.rounds.append(said)
            side.drained.append(per_second)


def _print(ours: Said, floor: Said, queries: dict[str, int]) -> None:
    columns("service", "floor")
    speeds = [[each.per_second for each in side.rounds] for side in (ours, floor)]
    compare("answers/s", speeds[0], speeds[1])
    for share in (0.5, 0.99):
        taken = [[each.ms(share) for each in side.rounds] for side in (ours, floor)]
        compare(f"p{share * 100:.0f}, ms", taken[0], taken[1])
    compare("messages/s meanwhile", ours.drained, floor.drained)
    every_ms = [each for found in ours.rounds for each in found.latencies_ms]
    line(f"p99 of all {len(every_ms):,} answers", percentile(every_ms, 0.99) / 1000, "s", Aim("≤", 0.5))
    line("the slowest of them", max(every_ms) / 1000, "s")
    told = ", ".join(f"{name} {count}" for name, count in queries.items())
    line("queries of an answer, the most", max(queries.values()), f"({told})", Aim("≤", 8))


def _joined(ours: Scene, count: int, past: int) -> list[str]:
    """Chats of trainees who have an open plan for today, among others who have said something before."""
    people = [user_id for user_id, _ in trainees(ours.url, count)]
    client = ours.app.test_client()
    key = {"Authorization": f"Bearer {ours.app.config['CLIENT_API_KEYS'][0]}"}
    for user_id in people:
        wanted = {"user_id": user_id, "target_date": str(today())}
        made = client.post("/plans/generate", json=wanted, headers=key)
        if made.status_code != 201:
            raise CannotMeasure(f"POST /plans/generate answered {made.status_code}: {made.text[:500]}")
    with connected(ours.url) as connection, connection.cursor() as cursor:
        cursor.execute(EVENTS, (past,))
        cursor.execute(CHATS, (people,))
    return [f"bench-{user_id}" for user_id in people]


def _queries(ours: Scene, environment: Mapping[str, str], who: str) -> dict[str, int]:
    """The most queries that each thing said takes in the course of a workout, inside this process."""
    client, headers = ours.app.test_client(), _headers(environment)
    most = dict.fromkeys(COURSE, 0)
    course = conversation(who)
    name, body = next(course)
    while True:
        with counted() as statements:
            answer = client.post(PATH, data=body, headers=headers)
        if answer.status_code != 200:
            raise CannotMeasure(f"{PATH} answered {answer.status_code}: {answer.text[:500]}")
        most[name] = max(most[name], len(statements))
        try:
            name, body = course.send(answer.get_json())
        except StopIteration:
            return most


def _headers(environment: Mapping[str, str]) -> dict[str, str]:
    return {"X-Skill-Token": environment["KAKAO_SKILL_TOKENS"], "Content-Type": "application/json"}
