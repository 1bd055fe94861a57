"""What must hold after everything that may happen to messages, read from the database and the dealer."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from messages import TEXTS
from settings import CLIENT_KEY, OPERATOR_KEY
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.domain import gates
from app.models import ManualReview, Notification, NotificationProviderCode
from app.models.notification import LEGAL_MOVES, WAITING
from dev.sandbox.client import Sandbox

FINAL = ("DELIVERED", "FAILED", "EXPIRED", "CANCELED")
# Results that let a message that was taken leave once more.
SENT_AGAIN_AFTER = ("retry", "quota", "alert")
Attempts = dict[UUID, list[NotificationProviderCode]]


def check(session: Session, sandbox: Sandbox, *, worker_died: bool) -> None:
    """AssertionError when a message is lost, doubled, or without its attempts; nothing may be in flight.

    `worker_died`: claims may have been made whose request never left.
    """
    session.rollback()
    session.expire_all()
    rows = list(session.scalars(select(Notification)))
    attempts = _attempts(session)
    for row in rows:
        _check_state(session, row)
        _check_effects(row, attempts[row.id], sandbox.effects().get(str(row.id), 0))
    for each in (each for those in attempts.values() for each in those):
        assert (each.captured_at is None) == (each.outcome is None), _story(each)
        assert each.captured_at is not None or worker_died, _story(each)
    _check_calls(attempts, sandbox, worker_died=worker_died)


def _attempts(session: Session) -> Attempts:
    found: Attempts = defaultdict(list)
    for each in session.scalars(select(NotificationProviderCode).order_by(NotificationProviderCode.id)):
        found[each.notification_id].append(each)
    return found


def _check_state(session: Session, row: Notification) -> None:
    """Final; or in front of a human; or taken, with a result due; or waiting for a time that will come."""
    if row.status in FINAL:
        return
    if row.status == "MANUAL_REVIEW":
        review = session.get_one(ManualReview, row.review_id) if row.review_id else None
        assert review is not None and review.state == "open", f"nobody is asked about {row.id}"
    elif row.status == "SENT":
        assert row.receipt_due_at is not None, f"no result of {row.id} is expected"
    else:
        assert row.status in WAITING, f"{row.id} is left {row.status}"
        gate = gates.look(session, "alimtalk")
        is_held = not gate.is_open or row.kind not in gate.kinds
        assert row.due_at > datetime.now(UTC) or is_held, f"{row.id} is due and nobody sends it"


def _check_effects(row: Notification, attempts: list[NotificationProviderCode], effects: int) -> None:
    again = sum(each.delivery_outcome in SENT_AGAIN_AFTER for each in attempts) + row.human_retries
    assert effects <= 1 + again, f"{row.id} left {effects} times"
    if row.status in ("SENT", "DELIVERED"):
        assert effects >= 1, f"{row.id} is {row.status} and never left"


def _check_calls(attempts: Attempts, sandbox: Sandbox, *, worker_died: bool) -> None:
    """Every message of every call has its attempt; a key is of one call, or of its own repetition.

    A repetition goes to the same recipients or fewer, and only after an answer that settles nothing.
    """
    left: Counter[tuple[str, str]] = Counter()
    recipients: dict[str, set[str]] = {}
    for call in sandbox.requests("send"):
        key, names = call.json["senderGroupingKey"], _recipients(call.json)
        assert call.headers["X-Nc-Api-Idempotency-Key"] == key
        assert names <= recipients.setdefault(key, names), f"{key} was used for others too"
        left.update((name, key) for name in names)
    started: Counter[tuple[str, str]] = Counter()
    for message_id, those in attempts.items():
        for before, after in zip([None, *those], those, strict=False):
            started[str(message_id), after.request_key] += 1
            is_repeated = before is not None and before.request_key == after.request_key
            assert not is_repeated or before.outcome != "ok", f"repeated although taken: {_story(after)}"
    missing = left - started
    assert not missing, f"calls without attempts: {missing}"
    assert worker_died or left == started, f"attempts without calls: {started - left}"


def _recipients(body: dict[str, list[dict[str, str]]]) -> set[str]:
    return {each["recipientGroupingKey"] for each in body["recipientList"]}


def _story(attempt: NotificationProviderCode) -> str:
    return f"attempt {attempt.attempt_no} of {attempt.notification_id}: {attempt.outcome}"


@contextmanager
def legal_moves(session: Session) -> Iterator[None]:
    """Every move that a message makes meanwhile is recorded, and at the end held against the list."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with engine.begin() as connection:
        connection.execute(text(_RECORDER))
    try:
        yield
        with engine.connect() as connection:
            moves = {(row.before, row.after) for row in connection.execute(text("SELECT * FROM moves_made"))}
        illegal = [move for move in moves if move[1] not in LEGAL_MOVES[move[0]]]
        assert not illegal, illegal
        assert moves, "nothing moved"
    finally:
        session.invalidate()  # a transaction of the test's would keep the table from being changed
        with engine.begin() as connection:
            connection.execute(text("DROP FUNCTION record_move CASCADE; DROP TABLE moves_made"))


_RECORDER = """
    DROP TABLE IF EXISTS moves_made;
    DROP FUNCTION IF EXISTS record_move CASCADE;
    CREATE TABLE moves_made (before text, after text);
    CREATE FUNCTION record_move() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO moves_made VALUES (OLD.status, NEW.status); RETURN NULL; END';
    CREATE TRIGGER record_move AFTER UPDATE ON notifications
        FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION record_move()
"""


def check_log(log: Path, env: dict[str, str]) -> None:
    """AssertionError when a process wrote whom a message is for, what it says, or a secret."""
    written = log.read_text()
    texts = {
        value for each in TEXTS.values() for value in each.values() if len(value) > 3 or not value.isascii()
    }
    secret = {env[name] for name in ("KAKAO_TOKEN", "SECRET_KEY", "KAKAO_RESULT_SIGNATURES")}
    for word in {"0100000", "+82100", "10-0000", *texts, *secret, CLIENT_KEY, OPERATOR_KEY}:
        assert word not in written, f"the log says {word}"
        assert json.dumps(word)[1:-1] not in written, f"the log says {word}"
