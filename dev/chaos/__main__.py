"""`make chaos`: run the whole system, harm it at random, and count what every trainee got.

It starts PostgreSQL, Redis (Valkey), the sandbox dealer, web, clock and four workers of its own, in a
temporary folder. Clients register notices all the time. Meanwhile workers are killed (a SIGKILL every 10 s),
stopped and ended; PostgreSQL, Redis, web and clock are restarted, crashed or emptied; and the dealer resets,
hangs, answers nonsense, refuses, and sends its webhooks late, twice, out of order or never.

Then all faults stop, and everything must settle. Leases are 60 s and asking the dealer takes 60 s more, in
real time, so this quiet phase takes some two minutes (four at most), with --quick too.

The exit code is 0 when no trainee got a message twice, none was lost, no log names anybody, nothing
deadlocked and the API kept its word; else 1, and the logs are kept. The seed decides which faults come and in
which order; it does not make two runs equal to the millisecond. When so much fails that the automatic cap
sets itself, an operator lifts it some seconds later.
"""

import argparse
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from dev.chaos import report
from dev.chaos.clients import Client, Down, Ledger
from dev.chaos.dealer import Dealer
from dev.chaos.facts import Facts
from dev.chaos.faults import Faults
from dev.chaos.operator import Operator
from dev.chaos.stage import WORKERS, Stage, role, staged
from dev.processes import ServiceError
from dev.runner import handle_stop_signals
from dev.sandbox.client import Sandbox

QUICK_S, QUICK_EVERY_S, EVERY_S = 40.0, 4.0, 9.0
QUIET_S = 240.0
PROGRESS_S = 10.0
CLIENTS = 2


@dataclass(frozen=True)
class Run:
    """One run: its system and those who use and harm it."""

    stage: Stage
    facts: Facts
    faults: Faults
    dealer: Dealer
    clients: list[Client]
    ledger: Ledger
    operator: Operator
    began: float

    def say_state(self, phase: str) -> None:
        """One line of progress."""
        statuses = self.facts.statuses()
        told = "the database is away"
        if statuses is not None:
            told = " ".join(f"{name} {count}" for name, count in sorted(statuses.items()))
        latest, self.faults.latest[:] = ", ".join(self.faults.latest), []
        seconds = int(time.monotonic() - self.began)
        line = f"{seconds // 60}:{seconds % 60:02d} {phase}: accepted {len(self.ledger.accepted)} | {told}"
        print(f"{line} | {latest}" if latest else line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and judge; return the exit code."""
    given = read_arguments(arguments)
    handle_stop_signals(signal.default_int_handler)  # KeyboardInterrupt closes `with` blocks
    print(f"--seed {given.seed}: {given.seconds:.0f} s of faults, then up to {QUIET_S:.0f} s of quiet,")
    print("because leases and questions take their real time. Starting …", flush=True)
    try:
        with staged() as stage:
            try:
                return run(stage, given)
            except Exception:
                print(f"Broken off; the logs are in {stage.keep_logs()}", file=sys.stderr)
                raise
    except (ServiceError, TimeoutError) as error:
        print(f"\n{error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped; no process is left.", file=sys.stderr)
    return 1


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; `seconds` is the length of the faults."""
    parser = argparse.ArgumentParser(
        "python -m dev.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5, help="of faults (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1_000_000), help="to repeat a run's faults"
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_S:.0f} s of faults, closer together")
    given = parser.parse_args(arguments)
    given.seconds = QUICK_S if given.quick else given.minutes * 60
    return given


def run(stage: Stage, given: argparse.Namespace) -> int:
    """Prepare, harm, wait for quiet, judge."""
    setting = prepare(stage, given)
    trainees = setting.clients[0].trainees()
    stop = threading.Event()
    with helpers(setting, trainees, stop) as futures:
        harm(setting, given.seconds, futures)
        setting.faults.end()
        stop.set()
        wait(setting, futures)
    settle(setting)
    return judge(setting)


def prepare(stage: Stage, given: argparse.Namespace) -> Run:
    """Have every move written down, start the workers, and seed everybody."""
    facts, down, ledger = Facts(stage.servers.postgres.dsn), Down(), Ledger()
    facts.watch(role(number) for number in range(WORKERS))
    for worker in stage.workers:
        worker.start()
    key = stage.environment["CLIENT_API_KEYS"]
    clients = [
        Client(f"c{n}", stage.api_url, key, ledger, down, random.Random(f"{given.seed} client {n}"))
        for n in range(CLIENTS)
    ]
    every_s = QUICK_EVERY_S if given.quick else EVERY_S
    faults = Faults(stage, facts, down, random.Random(f"{given.seed} faults"), every_s)
    dealer = Dealer(stage.sandbox_url, random.Random(f"{given.seed} dealer"))
    dealer.prepare()
    operator = Operator(stage.api_url, stage.environment["OPERATOR_API_KEYS"])
    return Run(stage, facts, faults, dealer, clients, ledger, operator, time.monotonic())


@contextmanager
def helpers(run: Run, trainees: list[str], stop: threading.Event) -> Iterator[list["Future[None]"]]:
    """Threads of the clients and the dealer; they end with the block."""
    with ThreadPoolExecutor() as pool:
        try:
            yield [
                pool.submit(run.dealer.run, stop),
                *(pool.submit(client.run, trainees, stop) for client in run.clients),
            ]
        finally:
            stop.set()


def harm(run: Run, seconds: float, futures: list["Future[None]"]) -> None:
    """Work off the schedule of faults."""
    run.faults.begin()
    end = time.monotonic() + seconds
    next_line = time.monotonic() + PROGRESS_S
    while time.monotonic() < end:
        run.faults.step()
        run.operator.look(patient=True)
        for each in futures:
            if each.done():
                each.result()  # raises what ended it
        if time.monotonic() >= next_line:
            run.say_state("chaos")
            next_line += PROGRESS_S
        time.sleep(0.05)


def wait(run: Run, futures: list["Future[None]"]) -> None:
    """Let the clients insist on their last registrations."""
    for each in futures:
        each.result()
    run.say_state("quiet")


def settle(run: Run) -> None:
    """Wait until nothing has to move any more, or the time is over."""
    end = time.monotonic() + QUIET_S
    next_line = time.monotonic() + PROGRESS_S
    while time.monotonic() < end:
        run.faults.revive()
        run.operator.look(patient=False)
        if run.facts.unsettled() == (0, 0) and not run.dealer.sandbox.state()["posting"]:
            break
        if time.monotonic() >= next_line:
            run.say_state("quiet")
            next_line += PROGRESS_S
        time.sleep(1)
    run.say_state("end")


def judge(run: Run) -> int:
    """Print the figures; keep the logs if a promise was not kept."""
    with Sandbox(run.stage.sandbox_url) as sandbox:
        found = report.find(run.stage, run.facts, run.faults, run.ledger, sandbox)
    print(f"\n{report.table(found, run.ledger, run.faults, run.operator.lifts)}\n")
    if found.is_well:
        print("Nobody got a message twice, and none was lost.")
        return 0
    kept = run.stage.keep_logs()
    text = report.stories(found, run.facts)
    (kept / "stories.txt").write_text(text)
    print(f"NOT WELL. Logs and stories: {kept}\n\n{text}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
