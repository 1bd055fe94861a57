"""The worker class for `rq worker -w app.workers.worker.Worker -S json`."""

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.worker import SimpleWorker
from rq.worker import Worker as ForkingWorker
from rq.worker_registration import register

from app import create_app
from app.extensions import db
from app.logs import bound, mask
from app.workers import stopping
from app.workers.fitness import Fitness

# New objects between two searches for unreachable cycles, in the child: a job makes many objects and few
# cycles, and its process ends with it. Python's own 700 cost a chunk of plans a quarter of its time.
NEW_OBJECTS = 50_000
UNFIT_S = 2.0  # between two looks at a database that this code cannot work on


def as_a_note(method: Callable[..., None]) -> Callable[..., None]:
    """What RQ writes down about a worker: it may be lost with Redis, and ends no worker."""

    @wraps(method)
    def write(*args: Any, **kwargs: Any) -> None:
        with contextlib.suppress(RedisError):
            method(*args, **kwargs)

    return write


class InApp:
    """Runs every job inside the application, which is imported and made before the fork."""

    # Seconds between tries while Redis is away; RQ's own would grow to a minute.
    max_connection_wait_time = 5.0
    _ordered_queues: list[Queue]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.app = create_app()
        self._fitness = Fitness(self.app.config)
        super().__init__(*args, **kwargs)

    @as_a_note
    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that this worker lives, also to a Redis that was emptied since it said so first."""
        register(self, pipeline)  # type: ignore[arg-type]
        super().heartbeat(timeout, pipeline)  # type: ignore[misc]

    def reorder_queues(self, reference_queue: Queue) -> None:
        """Put the queue that was just served behind the others, but for the first, which always goes first.

        In a fixed order a long delivery would keep results and everything else waiting.
        """
        first, *others = self._ordered_queues
        if reference_queue in others:
            place = others.index(reference_queue) + 1
            self._ordered_queues = [first, *others[place:], *others[:place]]

    def handle_job_failure(self, *args: Any, exc_string: str = "", **kwargs: Any) -> None:
        """RQ keeps the traceback in Redis; what a database quotes in it is of no concern there."""
        super().handle_job_failure(*args, exc_string=mask(exc_string), **kwargs)  # type: ignore[misc]

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run one job; connections that the parent process may have opened are left to the parent."""
        with self.app.app_context(), bound(job=job.func_name, job_id=job.id):
            db.engine.dispose(close=False)
            done: bool = super().perform_job(job, queue, execution)  # type: ignore[misc]
        return done


class Worker(InApp, ForkingWorker):
    """One process that forks a child for each job.

    It outlives Redis: waiting for it is what RQ does where it takes the next job, and only there.
    """

    set_state = as_a_note(ForkingWorker.set_state)
    set_shutdown_requested_date = as_a_note(ForkingWorker.set_shutdown_requested_date)
    run_maintenance_tasks = as_a_note(ForkingWorker.run_maintenance_tasks)
    maintain_heartbeats = as_a_note(ForkingWorker.maintain_heartbeats)
    register_death = as_a_note(ForkingWorker.register_death)
    unsubscribe = as_a_note(ForkingWorker.unsubscribe)

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while nothing may be begun: as RQ does, and on a database that this code cannot work on.

        The rows stay as they are; what is in flight elsewhere ends there.
        """
        with contextlib.suppress(RedisError):
            super().check_for_suspension(burst)
        while not self._stop_requested and not self._fitness.holds():
            self.log.error("the database lacks what this release needs: nothing is begun")
            if burst:
                raise StopRequested
            time.sleep(UNFIT_S)
            self.heartbeat()

    def handle_warm_shutdown_request(self) -> None:
        """Asked to stop: so is the child, which then finishes what is in flight and claims nothing new."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the child: cycles are searched for less often, and among its own objects only."""
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS)
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """In the child: a request to stop, from the parent or to all processes, ends nothing halfway."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTERM, lambda *_: stopping.ask())

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Fork a child and wait for it; a Redis that goes away meanwhile does not end this process.

        The child's work is in the database. What RQ wanted to note about the job is lost with Redis.
        """
        try:
            super().execute_job(job, queue)
        except RedisError as error:
            self.log.warning("Redis went away during a job: %s", type(error).__name__)
            self.wait_for_horse()
            self._horse_pid = 0
            self.executions.clear()


class WorkerInProcess(InApp, SimpleWorker):
    """The same without the fork, to run a queue dry inside a test."""
