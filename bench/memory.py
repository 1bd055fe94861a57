"""A worker's memory: does it grow with the number of messages it has sent."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import psutil

from bench.delivery import BATCH, DEALER, PATIENCE_S, TEMPLATE_CODES, scene
from bench.report import Aim, CannotMeasure, heading, line
from bench.stage import Stage
from dev.runner import procfile
from dev.sandbox.client import Sandbox, running_sandbox

POLL_S = 0.05
MIB = 1024 * 1024


def measure(stage: Stage) -> None:
    """Print what a worker and its child hold in memory after some messages, and after ten times as many."""
    few, many = (1_000, 5_000) if stage.quick else (10_000, 100_000)
    environment = {"KAKAO_SENDER_KEY": "bench", "DELIVERY_BATCH": str(BATCH)}
    options = {name: stage.environment[setting] for name, setting in DEALER.items()}
    codes = {name: stage.environment[name] for name in TEMPLATE_CODES}
    with ExitStack() as stack:
        dealer = stack.enter_context(running_sandbox(env=codes, **options))
        environment["KAKAO_ALIMTALK_BASE_URL"] = dealer.base_url
        ours = scene(stage, "bench_memory", many, environment)
        ours.fill(many)
        worker = stage.process("memory", procfile()["worker"], DATABASE_URL=ours.url, **environment)
        process = psutil.Process(stack.enter_context(worker).pid)
        ours.ring()
        samples = list(_samples(dealer, process, many))
    heading(
        f"memory: one `rq worker` and its child, {many:,} messages, {BATCH} a request",
        "resident memory of both together, the highest seen over the last half of the messages so far",
    )
    early, late = _peak(samples, few), _peak(samples, many)
    line(f"after {few:,} messages", early / MIB, "MiB")
    line(f"after {many:,} messages", late / MIB, "MiB")
    line("the one to the other", late / early, "", Aim("≤", 1.1))


def _samples(dealer: Sandbox, process: psutil.Process, count: int) -> Iterator[tuple[int, int]]:
    """Again and again: how many messages the dealer has, and the worker's memory in bytes."""
    deadline = time.monotonic() + PATIENCE_S
    sent = 0
    while sent < count:
        if time.monotonic() > deadline:
            raise CannotMeasure(f"{sent} of {count} were sent within {PATIENCE_S:g} s")
        sent = dealer.state()["messages"]
        yield sent, memory(process)
        time.sleep(POLL_S)


def memory(process: psutil.Process) -> int:
    """Resident memory of a process and its children, in bytes."""
    total = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _peak(samples: list[tuple[int, int]], sent: int) -> int:
    """The highest memory while the last half of so many messages were sent."""
    return max(memory for count, memory in samples if sent / 2 < count <= sent)
