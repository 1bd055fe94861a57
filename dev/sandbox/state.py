"""What the sandbox remembers, in memory: settings, a movable clock, messages, idempotency keys, requests.

Everything that threads share is changed under `State.lock`.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from dev.sandbox.rooms import Callback, Room
from dev.sandbox.rules import RuleBook
from dev.sandbox.templates import Template, load

KST = timezone(timedelta(hours=9), "KST")
KEY_WINDOW = timedelta(minutes=10)  # NHN Cloud: a key is refused for ten minutes after its first use
MAX_MESSAGES = 200_000
MAX_REQUESTS = 20_000


@dataclass
class Settings:
    """What can be changed while it runs (`PUT /_sandbox/settings`); None on a credential means "any"."""

    app_key: str | None = "sandbox-app-key"
    secret_key: str | None = "sandbox-secret-key"
    sender_key: str | None = None
    webhook_url: str | None = None
    webhook_signature: str | None = None
    webhooks: str = "auto"  # auto: posted when due; held: kept until released; off: lost
    webhook_attempts: int = 3
    webhook_retry_s: float = 0.5
    delivery_delay_s: float = 0.3
    delivery_code: str = "1000"
    delivery_codes: dict[str, str] = field(default_factory=dict)  # by phone number or by grouping key
    latency_ms: float = 0
    error_status: int = 200  # HTTP status of the dealer's refusals: not documented
    limit_14: bool = False  # a new sender's limit on substituted variables
    strict_templates: bool = False  # refuse template codes that the app does not know
    poison: str | None = None  # a request with this word in a parameter is refused as a whole (-2019)
    burn_failed_keys: bool = False  # does a refused request use up its idempotency key: not documented
    memo_tokens: list[str] | None = None
    memo_owners: dict[str, str] = field(default_factory=dict)  # whose an access or refresh token is
    memo_codes: dict[str, int] = field(default_factory=dict)  # by owner: every memo is refused with it
    expired_tokens: list[str] = field(default_factory=list)
    refresh_tokens: list[str] | None = None
    client_id: str | None = None
    client_secret: str | None = None
    token_expires_in: int = 21599
    rotate_refresh_token: bool = False
    llm_key: str | None = None
    app_url: str | None = None  # of the app: skill requests, channel and unlink webhooks go there
    skill_token: str | None = None  # X-Skill-Token of skill requests
    admin_key: str | None = None  # `Authorization: KakaoAK …` of channel and unlink webhooks
    app_id: str = "123456"
    bot_id: str = "bot-sandbox"
    skill_limit_s: float = 5  # Kakao's own
    callback_limit_s: float = 60  # by the clock that can be moved
    keep_bodies: int = 200  # the request log keeps the bodies of the last so many requests

    def changed(self, changes: dict[str, Any]) -> Settings:
        """A copy with `changes`; KeyError names the settings that do not exist."""
        unknown = changes.keys() - {one.name for one in fields(self)}
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        return replace(self, **changes)


class Clock:
    """The real time plus an offset that tests move."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass(slots=True)
class Batch:
    """One accepted request: what its messages have in common."""

    channel: str  # "alimtalk" or "memo"
    request_id: str
    created_at: datetime
    requested_at: datetime
    template: Template
    sender_key: str = ""
    grouping_key: str | None = None
    create_user: str | None = None
    owner: str | None = None  # of the token, for a memo
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """One message to one recipient; `notification_id` is the dealer's recipientGroupingKey."""

    id: int
    batch: Batch
    seq: int
    recipient: str
    parameters: dict[str, str]
    notification_id: str | None
    delivery_code: str | None = None
    received_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def room(self) -> str:
        """The name of the chat room it is shown in: a phone number, or whose memo it is."""
        return self.recipient if self.batch.owner is None else f"memo:{self.batch.owner}"

    @property
    def status(self) -> str:
        if self.delivery_code is None:
            return "accepted"
        return "delivered" if self.delivery_code == "1000" else "failed"

    def as_json(self) -> dict[str, Any]:
        """The shape of `GET /_sandbox/messages`, also what the page shows."""
        batch = self.batch
        return {
            "id": self.id,
            "channel": batch.channel,
            "recipient": self.recipient,
            "notification_id": self.notification_id,
            "sender_grouping_key": batch.grouping_key,
            "request_id": batch.request_id,
            "recipient_seq": self.seq,
            "template_code": batch.template.code,
            "parameters": self.parameters,
            "text": batch.template.render(self.parameters),
            "buttons": batch.template.render_buttons(self.parameters),
            "accepted_at": batch.created_at.isoformat(),
            "status": self.status,
            "delivery_code": self.delivery_code,
            "delivered_at": self.received_at.isoformat() if self.received_at else None,
        }


@dataclass(slots=True)
class Received:
    """One request as it came in; `status` is what was answered, None while hanging or after a reset."""

    id: int
    endpoint: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str | None
    at: datetime
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class State:
    """All of it, for one running sandbox."""

    def __init__(self, settings: Settings) -> None:
        self.lock = threading.RLock()
        self.started_with = settings
        self.hangs = Hangs()
        self.serial = itertools.count(1)  # goes on over a reset, so that no id comes twice
        self.templates: dict[str, Template] = load()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.settings = replace(self.started_with)
            self.clock = Clock()
            self.rules = RuleBook()
            self.batches: dict[str, Batch] = {}
            self.kept = 0
            self.effects: Counter[str] = Counter()
            self.keys: dict[str, datetime] = {}
            self.requests: deque[Received] = deque(maxlen=MAX_REQUESTS)
            self.bodies: deque[Received] = deque()
            self.issued_tokens: set[str] = set()
            self.token_owners: dict[str, str] = {}  # of those that a refresh has issued
            self.memo_effects: Counter[str] = Counter()
            self.rooms: dict[str, Room] = {}
            self.callbacks: dict[str, Callback] = {}  # by one-time token
            self.violations: list[dict[str, Any]] = []

    def owner(self, token: str) -> str:
        """As the settings say, or the owner of the token it was issued for, or its own beginning."""
        return self.settings.memo_owners.get(token) or self.token_owners.get(token) or token[:24]

    def template(self, code: str) -> Template:
        """The app's template of that code, or one that shows its parameters as lines."""
        return self.templates.get(code) or Template(code)

    def log(self, received: Received) -> None:
        with self.lock:
            self.requests.append(received)
            self.bodies.append(received)
            while len(self.bodies) > self.settings.keep_bodies:
                self.bodies.popleft().body = None

    def key_is_used(self, key: str) -> bool:
        used_at = self.keys.get(key)
        return used_at is not None and self.clock.now() - used_at < KEY_WINDOW

    def use_key(self, key: str) -> None:
        if len(self.keys) > 50_000:
            self.keys = {old: at for old, at in self.keys.items() if self.key_is_used(old)}
        self.keys[key] = self.clock.now()

    def accept(self, batch: Batch, recipients: Iterable[tuple[int, str, dict[str, str], str | None]]) -> None:
        """Take a batch: (sequence number, phone number, parameters, notification id) for each message."""
        with self.lock:
            batch.messages = [Message(next(self.serial), batch, *one) for one in recipients]
            self.batches[batch.request_id] = batch
            self.effects.update(one.notification_id for one in batch.messages if one.notification_id)
            self.kept += len(batch.messages)
            while self.kept > MAX_MESSAGES and len(self.batches) > 1:
                oldest = next(iter(self.batches))
                self.kept -= len(self.batches.pop(oldest).messages)

    def messages(self, grouping_key: str | None = None) -> Iterator[Message]:
        """Oldest first, over a snapshot of the batches (of one senderGroupingKey): safe while others add."""
        with self.lock:
            batches = list(self.batches.values())
        wanted = (one.messages for one in batches if grouping_key in (None, one.grouping_key))
        return itertools.chain.from_iterable(wanted)

    def record_result(self, message: Message, code: str | None = None) -> None:
        """Settle a message with a delivery code; without one, with what the settings say for it."""
        special = self.settings.delivery_codes
        message.delivery_code = (
            code
            or special.get(message.notification_id or "")
            or special.get(message.recipient)
            or self.settings.delivery_code
        )
        message.updated_at = self.clock.now()
        message.received_at = message.updated_at if message.delivery_code == "1000" else None


class Hangs:
    """Requests that wait, without an answer, until someone lets them go."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._epoch = 0
        self.waiting = 0

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until released; True then, False after the timeout."""
        with self._changed:
            epoch = self._epoch
            self.waiting += 1
            try:
                return self._changed.wait_for(lambda: self._epoch != epoch, timeout_s)
            finally:
                self.waiting -= 1

    def release(self) -> None:
        with self._changed:
            self._epoch += 1
            self._changed.notify_all()
