"""Delivery with four workers against one, where waiting for the dealer is most of the work."""

from contextlib import ExitStack

from bench.delivery import DEALER, LATENCY_MS, TEMPLATE_CODES, Scene, scene
from bench.report import Aim, columns, compare, heading
from bench.stage import Stage
from dev.runner import procfile
from dev.sandbox.client import running_sandbox

BATCH = 50
MANY = 4


def measure(stage: Stage) -> None:
    """Print messages a second of four workers and of one, in turns, and the ratio."""
    count, rounds = (400, 1) if stage.quick else (4_000, 3)
    environment = {"KAKAO_SENDER_KEY": "bench", "DELIVERY_BATCH": str(BATCH)}
    options = {name: stage.environment[setting] for name, setting in DEALER.items()}
    codes = {name: stage.environment[name] for name in TEMPLATE_CODES}
    found: dict[int, list[float]] = {1: [], MANY: []}
    with running_sandbox(env=codes, latency_ms=LATENCY_MS, **options) as dealer:
        environment["KAKAO_ALIMTALK_BASE_URL"] = dealer.base_url
        ours = scene(stage, "bench_workers", count, environment)
        for _ in range(rounds):
            for workers, figures in found.items():
                figures.append(_with_workers(stage, ours, environment, workers, count))
    heading(
        f"workers: a dealer that takes {LATENCY_MS} ms, {rounds} × {count:,} messages, {BATCH} a request",
        f"{MANY} `rq worker`s from the bell on, against one of them",
    )
    columns(f"{MANY} workers", "1 worker")
    compare("messages/s", found[MANY], found[1], Aim("≥", 3))


def _with_workers(stage: Stage, ours: Scene, environment: dict[str, str], workers: int, count: int) -> float:
    """Messages a second of so many workers that have sent before."""
    with ExitStack() as stack:
        for number in range(workers):
            line = procfile()["worker"]
            name = f"worker_{number}"
            stack.enter_context(stage.process(name, line, DATABASE_URL=ours.url, **environment))
        ours.per_second(BATCH * workers * 2, ours.ring)
        return ours.per_second(count, ours.ring)
