"""`python -m bench [names…] [--quick]`: print the figures; exit 1 only when one could not be had."""

import argparse
import importlib
import os
import signal
import sys
import time

NAMES = (
    "generate",
    "queries",
    "daily",
    "delivery",
    "workers",
    "memory",
    "claim",
    "intake",
    "skill",
    "hanging",
)


def main() -> int:
    """Run the measurements that were asked for, each with a database of its own."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="names", help=f"some of: {', '.join(NAMES)} (all)")
    parser.add_argument("--quick", action="store_true", help="small numbers: does it run, not how fast")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for number in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C: servers are stopped, their files removed
        signal.signal(number, signal.default_int_handler)
    try:
        return measure(arguments.names or list(NAMES), quick=arguments.quick)
    except KeyboardInterrupt:
        print("\nStopped; no process is left.")
        return 1


def measure(names: list[str], *, quick: bool) -> int:
    """Each measurement in turn; one that fails does not keep the others from running."""
    # Imported late: the clients of the load generator are started from this module too.
    from subprocess import SubprocessError

    import psycopg2
    from sqlalchemy.exc import SQLAlchemyError

    from bench.report import CannotMeasure
    from bench.stage import commit_ms, machine, staged
    from dev.processes import ServiceError

    failures = 0
    try:
        with staged(quick=quick) as stage:
            load = os.getloadavg()[0]
            kind = " — quick: small numbers, which say little" if quick else ""
            print(f"{time.strftime('%Y-%m-%d')}, {machine()}, load {load:.1f} at the start{kind}")
            print(
                f"PostgreSQL waits for the disk: {commit_ms(stage.url('app')):.2f} ms for a commit of one row"
            )
            for name in names:
                start = time.monotonic()
                try:
                    importlib.import_module(f"bench.{name}").measure(stage)
                except (CannotMeasure, ServiceError, OSError, psycopg2.Error, SQLAlchemyError) as error:
                    failures += 1
                    print(f"\n{name} could not be measured: {error}")
                print(f"  ({name} took {time.monotonic() - start:.0f} s)", flush=True)
    except (CannotMeasure, ServiceError, SubprocessError) as error:
        print(f"Nothing could be measured: {error}")
        return 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
