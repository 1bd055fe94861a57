"""Writing new plans: one statement for all of their rows, which go as JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

Row = Mapping[str, Any]

# The index that allows one live plan a day decides; without its plan no row is written. The tables'
# own types read the JSON: a number goes as text and loses no decimal.
_ADD = text("""
    WITH plan AS (
        INSERT INTO exercise_plans (
            id, user_id, target_date, source, requested_source, fallback_reason, status, kind, summary,
            estimated_seconds, template, rotation_index, is_deload, level, reasons, request_id, advice,
            closes_at
        )
        SELECT id, user_id, target_date, source, requested_source, fallback_reason, status, kind, summary,
            estimated_seconds, template, rotation_index, is_deload, level, reasons, request_id, advice,
            closes_at
        FROM json_populate_recordset(NULL::exercise_plans, CAST(:plans AS json))
        ON CONFLICT (user_id, target_date) WHERE status IN ('ACTIVE', 'DONE') DO NOTHING
        RETURNING id
    ), sessions AS (
        INSERT INTO exercise_sessions (
            id, plan_id, order_no, slot, priority, tier, exercise, target_sets, target_reps, target_seconds,
            target_weight_kg, target_band, target_rest_sec, target_rir, range_low, range_high, per_side,
            is_caution, reasons, notes
        )
        SELECT item.id, plan_id, order_no, slot, priority, tier, exercise, target_sets, target_reps,
            target_seconds, target_weight_kg, target_band, target_rest_sec, target_rir, range_low, range_high,
            per_side, is_caution, reasons, notes
        FROM json_populate_recordset(NULL::exercise_sessions, CAST(:sessions AS json)) AS item
        JOIN plan ON plan.id = item.plan_id
        RETURNING id, target_sets
    ), sets AS (
        INSERT INTO exercise_set_states (id, session_id, set_no)
        SELECT gen_random_uuid(), id, set_no
        FROM sessions, generate_series(1, sessions.target_sets) AS set_no
    ), words AS (
        INSERT INTO llm_texts (plan_id, text)
        SELECT plan_id, row.text
        FROM json_populate_recordset(NULL::llm_texts, CAST(:texts AS json)) AS row
        JOIN plan ON plan.id = row.plan_id
    ), message AS (
        INSERT INTO notifications (
            id, user_id, plan_id, kind, idempotency_key, variables, status, schedule_at, due_at, expires_at,
            request_id
        )
        SELECT row.id, user_id, plan_id, kind, idempotency_key, variables, status, schedule_at, due_at,
            expires_at, request_id
        FROM json_populate_recordset(NULL::notifications, CAST(:notifications AS json)) AS row
        JOIN plan ON plan.id = row.plan_id
    )
    SELECT id FROM plan
""")


def add_plan(
    session: Session,
    plan: Row,
    sessions: Sequence[Row],
    notification: Row | None,
    words: str | None = None,
) -> bool:
    """Write a plan, its exercises with their pending sets, and its message; False if the day has a plan.

    `words`: what an LLM said, verbatim.
    """
    texts = [{"plan_id": plan["id"], "text": words}] if words is not None else []
    return bool(add_plans(session, [plan], sessions, [notification] if notification else [], texts))


def add_plans(
    session: Session,
    plans: Sequence[Row],
    sessions: Sequence[Row],
    notifications: Sequence[Row],
    texts: Sequence[Row] = (),
) -> set[UUID]:
    """As `add_plan`, for many: the ids of those that were written, the others' days have a plan."""
    rows = {"plans": plans, "sessions": sessions, "notifications": notifications, "texts": texts}
    given = {name: json.dumps(value, default=str) for name, value in rows.items()}
    return set(session.scalars(_ADD, given))
