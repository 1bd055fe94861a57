"""The tables, one aggregate a file."""

from app.models.base import Base, new_id
from app.models.chat import ChatCallback, KakaoChat, LinkCode
from app.models.llm import LlmCall, LlmText
from app.models.notification import Notification, NotificationProviderCode
from app.models.operations import (
    DeliveryTally,
    Guardrail,
    MaintenanceLog,
    ManualReview,
    PeriodicJob,
    SenderHold,
)
from app.models.plan import DailySummary, ExercisePlan, ExerciseSession, ExerciseSetState
from app.models.user import KakaoToken, User, UserProfile
from app.models.webhook_event import WebhookEvent

__all__ = [
    "Base",
    "ChatCallback",
    "DailySummary",
    "DeliveryTally",
    "ExercisePlan",
    "ExerciseSession",
    "ExerciseSetState",
    "Guardrail",
    "KakaoChat",
    "KakaoToken",
    "LinkCode",
    "LlmCall",
    "LlmText",
    "MaintenanceLog",
    "ManualReview",
    "Notification",
    "NotificationProviderCode",
    "PeriodicJob",
    "SenderHold",
    "User",
    "UserProfile",
    "WebhookEvent",
    "new_id",
]
