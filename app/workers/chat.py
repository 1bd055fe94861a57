"""Answers of the chat that take longer than it waits: the day's plan, made here and posted to Kakao."""

import logging
from time import monotonic

from flask import current_app

from app.clients import callbacks as kakao_callbacks
from app.clients.callbacks import CallbackLost
from app.domain import callbacks, talk
from app.domain.callbacks import Waiting
from app.domain.days import utc_now
from app.errors import NotFound
from app.extensions import db
from app.logs import bound
from app.workers import stopping
from app.workers.advice import asked_llm
from app.workers.bells import ring
from app.workers.world import world

log = logging.getLogger(__name__)

WORK_S = 20.0


def answer_later(work_s: float = WORK_S) -> None:
    """Give the answers that are due, for 20 s, then ring again; each is given by one of those who run.

    A job that went on for as long as somebody asks would be ended in the middle of an answer. The plan is
    made and kept before the answer is posted: whoever dies in between leaves it to the next try, which finds
    the plan there.
    """
    end = monotonic() + work_s
    while not stopping.is_asked():
        waiting = callbacks.claim(db.session())
        db.session.commit()
        if waiting is None:
            return
        with bound(request_id=waiting.request_id):
            _give(waiting)
        if monotonic() >= end:
            break
    ring("chat")


def _give(waiting: Waiting) -> None:
    asked = {"user_id": waiting.user_id, "target_date": waiting.target_date, "source": "llm", "force": False}
    try:
        advice = asked_llm(asked, utc_now())
    except NotFound:
        advice = None
    answer = talk.later(db.session(), waiting, world(current_app.config), advice)
    db.session.commit()
    if answer is None:
        result, is_done = "USER_LEFT", False
    else:
        try:
            result = kakao_callbacks.post(waiting.url, answer)
        except CallbackLost as lost:
            log.warning("callback lost", extra={"kind": lost.kind, "tries": waiting.tries})
            if waiting.tries < callbacks.TRIES:
                callbacks.retry(db.session(), waiting.event_id)
                db.session.commit()
                return
            result = lost.kind
        is_done = result == "SUCCESS"
    callbacks.end(db.session(), waiting.event_id, result=result, is_done=is_done)
    db.session.commit()
    log.info("callback ended", extra={"result": result})
