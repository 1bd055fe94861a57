"""The worker class for `rq worker -w app.workers.worker.Worker -S json`."""

from typing import Any

from redis.client import Pipeline
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.worker import SimpleWorker
from rq.worker import Worker as ForkingWorker
from rq.worker_registration import register

from app import create_app
from app.extensions import db
from app.logs import bound


class InApp:
    """Runs every job inside the application, which is imported and made before the fork."""

    # Seconds between tries while Redis is away; RQ's own would grow to a minute.
    max_connection_wait_time = 5.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.app = create_app()
        super().__init__(*args, **kwargs)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that this worker lives, also to a Redis that was emptied since it said so first."""
        register(self, pipeline)  # type: ignore[arg-type]
        super().heartbeat(timeout, pipeline)  # type: ignore[misc]

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run one job; connections that the parent process may have opened are left to the parent."""
        with self.app.app_context(), bound(job=job.func_name):
            db.engine.dispose(close=False)
            done: bool = super().perform_job(job, queue, execution)  # type: ignore[misc]
        return done


class Worker(InApp, ForkingWorker):
    """One process that forks a child for each job."""


class WorkerInProcess(InApp, SimpleWorker):
    """The same without the fork, to run a queue dry inside a test."""
