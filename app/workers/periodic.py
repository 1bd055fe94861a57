"""Jobs that come again and again, each from its row in `periodic_jobs`."""

import logging
from collections.abc import Callable, Iterable
from itertools import islice
from time import monotonic

from flask import current_app

from app.clients.alimtalk import AlimtalkError, DeliveryResult
from app.domain import contacts, llm_calls, periodic, pulls, receipts, silence, tokens, withdrawals
from app.domain.days import utc_now
from app.domain.periodic import Begun
from app.domain.receipts import Receipt
from app.extensions import db, kakao
from app.logs import about
from app.workers import retention, stopping
from app.workers.meanings import delivery_meaning

log = logging.getLogger(__name__)

BATCH = 500
WORK_S = 40.0
FORGET_S = 5.0  # beside the others, within what a job may take


def run_due() -> None:
    """Do whatever is due; any number may run at once, each job is begun by one of them."""
    for name in periodic.due(db.session()):
        if stopping.is_asked():
            return
        begun = periodic.begin(db.session(), name)
        db.session.commit()
        if begun is not None:
            JOBS[name](begun)


def pull_results(begun: Begun) -> None:
    """Ask the dealer for results that changed since the last time, and apply those nobody told us of.

    Slice by slice, each on record when it is done: an answer that breaks off, or a process that ends, leaves
    the rest to the next time. What was applied stays.
    """
    if current_app.config["KAKAO_SENDER"] != "alimtalk":
        return
    end = monotonic() + WORK_S
    applied = 0
    for since, until in pulls.windows(begun.done_until, utc_now()):
        if stopping.is_asked() or monotonic() > end:
            break
        try:
            for batch in _batches(kakao.results(since, until)):
                applied += _apply(batch)
        except AlimtalkError as error:
            log.warning("results not pulled", extra={"code": error.code, "applied": applied})
            return
        periodic.done(db.session(), begun.name, until)
        db.session.commit()
    log.info("results pulled", extra={"applied": applied})


def _batches(results: Iterable[DeliveryResult]) -> Iterable[list[DeliveryResult]]:
    rest = iter(results)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _apply(batch: list[DeliveryResult]) -> int:
    """Apply a batch, at most one result a message: of two, the later one is seen again next time."""
    given = [{"request_id": each.request_id, "seq": each.recipient_seq, "code": each.code} for each in batch]
    found = {message_id: batch[place] for place, message_id in pulls.match(db.session(), given).items()}
    applied = receipts.apply(
        db.session(),
        [
            Receipt(message_id, each.code, delivery_meaning(each.code), each.received_at, each.request_id)
            for message_id, each in found.items()
        ],
        utc_now(),
        current_app.config,
    )
    db.session.commit()
    contacts.mark(db.session(), applied.marks)
    db.session.commit()
    about(log, "results applied", [each.request_id for each in applied.seen.values()], count=len(found))
    return len(found)


def review_silent(_: Begun) -> None:
    """Put messages without a result in front of a human."""
    while count := silence.review_silent(db.session(), utc_now()):
        db.session.commit()
        log.warning("messages without a result", extra={"count": count})
    db.session.commit()


def reseal_tokens(_: Begun) -> None:
    """Encrypt tokens under the newest secret, so that an older one can go."""
    cipher = tokens.cipher(tuple(current_app.config["SECRET_KEYS"]))
    after = None
    while batch := tokens.reseal(db.session(), cipher, after, BATCH):
        db.session.commit()
        log.info("tokens resealed", extra={"count": batch.count, "unreadable": batch.unreadable})
        if stopping.is_asked():
            break
        after = batch.last
    db.session.commit()


def forget_tallies(_: Begun) -> None:
    """Delete tallies that nothing counts any more."""
    periodic.forget_tallies(db.session())
    db.session.commit()


def erase_unlinked(_: Begun) -> None:
    """Erase trainees who unlinked their account long enough ago, one a transaction."""
    days, end = current_app.config["ERASE_AFTER_DAYS"], monotonic() + WORK_S
    count = 0
    while not stopping.is_asked() and monotonic() < end and _erase_one(days):
        count += 1
    log.info("unlinked trainees erased", extra={"count": count})


def _erase_one(days: int) -> bool:
    erased = withdrawals.erase_due(db.session(), days, utc_now())
    db.session.commit()
    return erased is not None


def forget_llm(_: Begun) -> None:
    """Delete calls to the LLM that no limit looks at any more."""
    llm_calls.forget(db.session())
    db.session.commit()


def forget_old(_: Begun) -> None:
    """Delete rows that are past the time they are kept."""
    retention.forget_old(FORGET_S)


JOBS: dict[str, Callable[[Begun], None]] = {
    "pull_results": pull_results,
    "review_silent": review_silent,
    "reseal_tokens": reseal_tokens,
    "forget_tallies": forget_tallies,
    "forget_llm": forget_llm,
    "forget_old": forget_old,
    "erase_unlinked": erase_unlinked,
}
