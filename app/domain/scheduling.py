"""When a message is due, and what moves or stops one that has not left yet."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, text, update
from sqlalchemy.orm import Session

from app.domain.days import EVENING, local_date, local_moment, next_moment
from app.models import ExercisePlan, Notification, NotificationProviderCode, User
from app.models.notification import WAITING

# From here a receipt or a human may have a message sent again.
MAY_RETURN = ("SENT", "FAILED", "MANUAL_REVIEW")
RESUMED = "coach:resumed:"  # before the id of the message that the copy stands for
PAUSED = "coach:paused:"  # before the trainee's id, of the message that says that plans pause
# How long after its time a message may still leave.
LIFETIMES = {"daily_plan": timedelta(hours=12), "summary": timedelta(hours=6), "notice": timedelta(hours=24)}

FIRST_HOUR = timedelta(hours=1)  # of a new trainee, in which the client makes their plan


def daily_plan_time(user: User, on: date, now: datetime) -> datetime | None:
    """When the plan for `on` is announced: the reminder time, or now if that has passed today.

    None for a day that is over on the trainee's calendar.
    """
    return reminder(user, on, now) if on >= local_date(user.timezone, now) else None


def reminder(user: User, on: date, now: datetime) -> datetime:
    """The trainee's time on a day, or now if that has passed."""
    return max(local_moment(user.timezone, on, user.reminder_time), now)


def move_daily_plans(session: Session, user: User, now: datetime) -> None:
    """Give scheduled daily plans the trainee's new time; those being retried keep theirs."""
    rows = session.execute(
        select(Notification, ExercisePlan.target_date)
        .join(ExercisePlan, ExercisePlan.id == Notification.plan_id)
        .where(Notification.user_id == user.id, Notification.status == "SCHEDULED")
        .order_by(Notification.id)
        .with_for_update(key_share=True, of=Notification)
    )
    for notification, target_date in rows:
        at = daily_plan_time(user, target_date, now)
        if at is not None:
            notification.schedule_at = notification.due_at = at
            notification.expires_at = at + LIFETIMES["daily_plan"]
    session.flush()


def move_days(session: Session, user: User, now: datetime) -> None:
    """Fit the days of a trainee, who is locked, to their new time zone: when they begin and end.

    They are looked at now: they may have come into a day that began there before they came.
    """
    user.plan_due_at = min(user.plan_due_at, max(now, user.created_at + FIRST_HOUR))
    user.summary_due_at = min(user.summary_due_at, next_moment(user.timezone, EVENING, now))
    mine = (ExercisePlan.user_id == user.id, ExercisePlan.closed_at.is_(None))
    session.execute(update(ExercisePlan).where(*mine).values(closes_at=now))


def skip_evening(user: User, now: datetime) -> None:
    """Look at a trainee, who is locked, in the next evening: the last one they did not want to hear of."""
    user.summary_due_at = next_moment(user.timezone, EVENING, now)


def cancel_for_user(session: Session, user_id: UUID, reason_code: str) -> None:
    """Stop everything a trainee is still to get."""
    _cancel(session, Notification.user_id == user_id, reason_code)


def cancel_waiting(session: Session, user_id: UUID, reason_code: str) -> None:
    """Stop what a trainee is still to get and has not left; it may be resumed."""
    mine = (Notification.user_id == user_id, Notification.status.in_(WAITING))
    session.execute(select(Notification.id).where(*mine).order_by(Notification.id).with_for_update()).all()
    session.execute(update(Notification).where(*mine).values(status="CANCELED", reason_code=reason_code))


# As `_cancel`, in one statement: a turn of the chat has few.
_CANCEL_ANNOUNCEMENTS = text("""
    WITH theirs AS (
        SELECT id, status IN ('SCHEDULED', 'RETRY_SCHEDULED') AS waits FROM notifications
        WHERE user_id = :user_id AND kind = 'daily_plan'
            AND status IN ('SCHEDULED', 'RETRY_SCHEDULED', 'SENDING', 'SENT', 'FAILED', 'MANUAL_REVIEW')
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE notifications AS n
    SET status = CASE WHEN theirs.waits THEN 'CANCELED' ELSE n.status END,
        reason_code = CASE WHEN theirs.waits OR n.status = 'SENDING' THEN :reason_code ELSE n.reason_code END,
        cancel_requested = n.cancel_requested OR NOT theirs.waits,
        updated_at = now()
    FROM theirs WHERE n.id = theirs.id
""")


def cancel_announcements(session: Session, user_id: UUID, reason_code: str) -> None:
    """Stop the announcements of a trainee's plans that have not left, and keep others from leaving again."""
    session.execute(_CANCEL_ANNOUNCEMENTS, {"user_id": user_id, "reason_code": reason_code})


# A plan has one message: the copy takes its place. The ids are UUIDv7, as those that the program makes.
_RESUME = text("""
    WITH resumed AS (
        UPDATE notifications AS n SET plan_id = NULL, updated_at = now()
        FROM (
            SELECT o.id, o.plan_id FROM notifications AS o
            LEFT JOIN exercise_plans AS plan ON plan.id = o.plan_id
            WHERE o.user_id = :user_id AND o.status = 'CANCELED' AND o.reason_code = :reason_code
                AND o.expires_at > :now AND (o.plan_id IS NULL OR plan.status = 'ACTIVE')
            ORDER BY o.id FOR UPDATE OF o
        ) AS old
        WHERE n.id = old.id
        RETURNING n.*, old.plan_id AS of_plan
    )
    INSERT INTO notifications
        (id, user_id, plan_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at, request_id)
    SELECT CAST(overlay(overlay(CAST(gen_random_uuid() AS text) PLACING '7' FROM 15 FOR 1)
                        PLACING :made_at FROM 1 FOR 13) AS uuid),
           user_id, of_plan, kind, :prefix || id, variables, greatest(schedule_at, :now),
           greatest(schedule_at, :now), expires_at, request_id
    FROM resumed
    ON CONFLICT DO NOTHING
""")


def resume(session: Session, user_id: UUID, reason_code: str, now: datetime) -> None:
    """Schedule anew what was canceled for `reason_code`, is still in time, and whose plan still stands.

    Each row is copied once, however often this runs; the caller has locked the trainee.
    """
    stamp = f"{int(now.timestamp() * 1000):012x}"
    given = {"user_id": user_id, "reason_code": reason_code, "now": now, "prefix": RESUMED}
    session.execute(_RESUME, given | {"made_at": f"{stamp[:8]}-{stamp[8:]}"})


def cancel_for_plan(session: Session, plan_id: UUID, reason_code: str) -> None:
    """Stop the announcement of a plan, if it has not left."""
    _cancel(session, Notification.plan_id == plan_id, reason_code)


def paused_key(user: User) -> str:
    """The idempotency key of the message that plans pause: one for each silence."""
    return f"{PAUSED}{user.id}:{user.heard_at.timestamp():.0f}"


def cancel_pause(session: Session, user: User, reason_code: str) -> None:
    """Stop the message that plans pause, if it has not left; nor may it be resumed."""
    mine = Notification.idempotency_key == paused_key(user)
    _cancel(session, mine, reason_code)
    canceled = update(Notification).where(mine, Notification.status == "CANCELED")
    session.execute(canceled.values(reason_code=reason_code))


def _cancel(session: Session, whose: ColumnElement[bool], reason_code: str) -> None:
    """Cancel what waits; ask that whatever else is not final is canceled instead of sent (again).

    The rows are locked first, before their attempts and in order of their ids, as whoever records an answer
    or a receipt does: neither waits for the other, and none changes its state between the statements.
    """
    rows = select(Notification.id).where(whose).order_by(Notification.id)
    session.execute(rows.with_for_update(key_share=True)).all()
    session.execute(
        update(Notification)
        .where(whose, Notification.status.in_(WAITING))
        .values(status="CANCELED", reason_code=reason_code)
    )
    session.execute(
        update(Notification)
        .where(whose, Notification.status == "SENDING")
        .values(cancel_requested=True, reason_code=reason_code)
    )
    session.execute(
        update(Notification).where(whose, Notification.status.in_(MAY_RETURN)).values(cancel_requested=True)
    )


def erase_messages(session: Session, user_id: UUID) -> None:
    """Erase the texts of a trainee's messages and the providers' answers, but of those being sent."""
    settled = select(Notification.id).where(Notification.user_id == user_id, Notification.status != "SENDING")
    session.execute(
        update(NotificationProviderCode)
        .where(NotificationProviderCode.notification_id.in_(settled))
        .values(provider_response=None)
    )
    session.execute(
        update(Notification)
        .where(Notification.user_id == user_id)
        .values(
            variables=case(
                (Notification.status == "SENDING", Notification.variables), else_=func.jsonb_build_object()
            )
        )
    )
