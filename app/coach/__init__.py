"""The coach: rules that make a day's training plan.

Pure: no clock, no randomness, no database, no network. The names below are all that the outside needs.
"""

from app.coach.briefing import messages, once_more
from app.coach.catalogue import exercises
from app.coach.engine import plan
from app.coach.judge import candidates, judge
from app.coach.korean import body_part, explain, reason_ko, summary
from app.coach.live import Spared, offered_kg, replacement, spare, volume_kg
from app.coach.loads import one_rep_max
from app.coach.proposal import PROPOSAL_SCHEMA
from app.coach.safety import review_reasons, with_pain
from app.coach.types import (
    Area,
    Band,
    Candidate,
    CheckIn,
    Equipment,
    Experience,
    Finding,
    Goal,
    Health,
    Injury,
    KnownLift,
    LoadType,
    PastItem,
    PastSession,
    PastSet,
    Plan,
    PlannedItem,
    Profile,
    SetState,
    Severity,
    Sex,
    Status,
    Template,
    Tier,
    Verdict,
)

__all__ = [
    "PROPOSAL_SCHEMA",
    "Area",
    "Band",
    "Candidate",
    "CheckIn",
    "Equipment",
    "Experience",
    "Finding",
    "Goal",
    "Health",
    "Injury",
    "KnownLift",
    "LoadType",
    "PastItem",
    "PastSession",
    "PastSet",
    "Plan",
    "PlannedItem",
    "Profile",
    "SetState",
    "Severity",
    "Sex",
    "Spared",
    "Status",
    "Template",
    "Tier",
    "Verdict",
    "body_part",
    "candidates",
    "exercises",
    "explain",
    "judge",
    "messages",
    "offered_kg",
    "once_more",
    "one_rep_max",
    "plan",
    "reason_ko",
    "replacement",
    "review_reasons",
    "spare",
    "summary",
    "volume_kg",
    "with_pain",
]
