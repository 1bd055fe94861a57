"""Bells: an RQ job that says "there may be something to do". The rows say what.

Losing a bell loses nothing: `flask clock` rings again while rows are due. Nothing but the name of the
job goes through Redis.
"""

import logging

from redis.exceptions import RedisError

from app.extensions import jobs

log = logging.getLogger(__name__)

JOBS = {
    "chat": "app.workers.chat.answer_later",
    "delivery": "app.workers.delivery.deliver",
    "webhooks": "app.workers.webhooks.process_events",
    "daily": "app.workers.daily.run",
}
JOB_TIMEOUT_S = 90
FAILURE_TTL_S = 3600


def ring(name: str) -> None:
    """Wake one worker for the queue `name`, unless a bell is waiting there already.

    A waiting bell is heard after this call, so whoever hears it sees every row committed before. Call it
    after the commit. Costs little and never fails: without Redis the clock's next bell does the work.
    """
    try:
        if jobs.is_silent(name):
            queue = jobs.queue(name)
            queue.enqueue(JOBS[name], job_timeout=JOB_TIMEOUT_S, result_ttl=0, failure_ttl=FAILURE_TTL_S)
    except RedisError as error:
        log.warning("bell not rung", extra={"queue": name, "error": type(error).__name__})
