"""Asking the LLM about a plan: between two transactions, within its places, its breaker and its deadline."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from app import coach
from app.clients.llm import LlmError
from app.domain import advice, guardrails, llm_calls, plans
from app.domain.advice import Advice, Answer, Brief
from app.extensions import db, llm

log = logging.getLogger(__name__)


def asked_llm(data: Mapping[str, Any], now: datetime) -> Advice | None:
    """What the LLM says about the plan that `data` (a `GenerateIn`) asks for; None: the rules alone decide.

    Raises NotFound. No transaction is open while it answers, and none afterwards.
    """
    if data["source"] != "llm":
        return None
    settings, session = current_app.config, db.session()
    brief = plans.brief(session, dict(data), now)
    reason = guardrails.why_no_llm(session, settings)
    db.session.rollback()
    if brief is None or reason is not None:
        return Advice(reason) if reason else None
    with llm.seat() as is_seated:
        return _asked(brief) if is_seated else Advice("llm_busy")


def _asked(brief: Brief) -> Advice:
    settings, session = current_app.config, db.session()
    deadline_s = float(settings["LLM_TIMEOUT_S"])
    call_id = llm_calls.begin(session, settings["LLM_CONCURRENCY"], deadline_s)
    db.session.commit()
    if call_id is None:
        return Advice("llm_busy")
    found = advice.ask(brief, _call, deadline_s)
    llm_calls.end(session, call_id, is_ok=bool(found.is_up))
    db.session.commit()
    log.info("llm asked", extra={"reason": found.fallback_reason, "tries": len(found.tries)})
    return found


def _call(messages: Sequence[Mapping[str, str]], deadline_s: float) -> Answer:
    try:
        said = llm.complete(messages, coach.PROPOSAL_SCHEMA, deadline_s)
    except LlmError as error:
        return Answer(error.latency_ms, text=error.text, fault=error.kind, code=error.code)
    return Answer(
        said.latency_ms,
        said.value,
        said.text,
        model=said.model,
        prompt_tokens=said.prompt_tokens,
        completion_tokens=said.completion_tokens,
    )
