"""Plans over HTTP."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import g

from app.domain import plan_views, plans, sets
from app.domain.days import utc_now
from app.errors import NeedsReview
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.common import LOCATION, decode_cursor, page_from
from app.schemas.plans import GenerateIn, PlanFilter, PlanOut, PlanPage, SetReportIn, SetReportOut
from app.workers.advice import asked_llm
from app.workers.bells import ring

blp = Blueprint("plans", __name__, url_prefix="/plans", description="Daily plans and their sets")
SOON = timedelta(seconds=1)


@blp.post("/generate", auth="client")
@blp.arguments(GenerateIn)
@blp.response(201, PlanOut, headers=LOCATION)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def generate_plan(data: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make the plan of one day for a trainee"""
    advice = asked_llm(data, utc_now())
    made = plans.generate(db.session(), data, utc_now(), g.request_id, advice)
    db.session.commit()
    if isinstance(made, NeedsReview):
        raise made
    if made.due_at and made.due_at <= utc_now() + SOON:
        ring("delivery")
    return made.view, 201, {"Location": f"/plans/{made.view['id']}"}


@blp.get("/<uuid:plan_id>", auth="client")
@blp.response(200, PlanOut)
@blp.alt_response(404, "NOT_FOUND")
def get_plan(plan_id: UUID) -> dict[str, Any]:
    """Look at a plan"""
    return plan_views.load_views(db.session(), [plans.get_plan(db.session(), plan_id)])[0]


@blp.get("", auth="client")
@blp.arguments(PlanFilter, location="query")
@blp.response(200, PlanPage)
def list_plans(filters: dict[str, Any]) -> dict[str, Any]:
    """List a trainee's plans by date"""
    limit, after = filters["limit"], decode_cursor(filters.get("cursor"), date, UUID)
    found = plans.list_plans(db.session(), filters, limit, after)
    page = page_from(found, limit, lambda plan: (plan.target_date, plan.id))
    return page | {"items": plan_views.load_views(db.session(), page["items"])}


@blp.post("/<uuid:plan_id>/cancel", auth="client")
@blp.response(200, PlanOut)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def cancel_plan(plan_id: UUID) -> dict[str, Any]:
    """Free the day for another plan"""
    plan = plans.cancel_plan(db.session(), plan_id)
    db.session.commit()
    return plan_views.load_views(db.session(), [plan])[0]


@blp.put("/<uuid:plan_id>/sessions/<uuid:session_id>/sets/<int:set_no>", auth="client")
@blp.arguments(SetReportIn)
@blp.response(200, SetReportOut)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def report_set(data: dict[str, Any], plan_id: UUID, session_id: UUID, set_no: int) -> dict[str, Any]:
    """Report how a set ended"""
    result = sets.report_set(db.session(), plan_id, session_id, set_no, data, utc_now())
    db.session.commit()
    return result
