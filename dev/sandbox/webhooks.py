"""Delivery: settle accepted messages when they are due, and tell the app by webhook.

Envelope and header: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/webhook-api-guide/
Which status counts as taken, how often it is tried again, and the time limit are not documented; here: 2xx,
three times, 10 s.
"""

from __future__ import annotations

import heapq
import itertools
import json
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from dev.sandbox.search import kst
from dev.sandbox.state import Batch, Message, State

HOOKS_A_POST = 100
POSTERS = 4
TIMEOUT_S = 10


@dataclass
class Post:
    """One envelope and what became of it: an HTTP status for each attempt, 0 when there was no answer."""

    body: str
    hook_ids: list[str]
    statuses: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "body": json.loads(self.body)}


class Webhooks:
    """One thread that settles what is due, and a few that post."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._changed = threading.Condition()
        self._order = itertools.count()
        self._outbox: queue.Queue[tuple[int, Post]] = queue.Queue()
        self._generation = 0
        self.clear()

    def start(self) -> None:
        threading.Thread(target=self._settle_forever, daemon=True, name="settle").start()
        for number in range(POSTERS):
            threading.Thread(target=self._post_forever, daemon=True, name=f"post-{number}").start()

    def clear(self) -> None:
        with self._changed:
            self._generation += 1
            self._due: list[tuple[datetime, int, list[Message]]] = []
            self.held: list[dict[str, Any]] = []
            self.posts: deque[Post] = deque(maxlen=500)
            self._changed.notify_all()

    @property
    def busy(self) -> int:
        """Envelopes that are waiting or on their way."""
        return self._outbox.unfinished_tasks

    def schedule(self, batch: Batch) -> None:
        due_at = batch.requested_at + timedelta(seconds=self.state.settings.delivery_delay_s)
        with self._changed:
            heapq.heappush(self._due, (due_at, next(self._order), batch.messages))
            self._changed.notify_all()

    def take_held(self) -> list[dict[str, Any]]:
        with self._changed:
            taken, self.held = self.held, []
            return taken

    def clock_moved(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _settle_forever(self) -> None:
        while True:
            messages, generation = self._take_due()
            waiting = [one for one in messages if one.delivery_code is None]  # not yet settled by hand
            self._dispatch(self.settle(waiting), generation)

    def _take_due(self) -> tuple[list[Message], int]:
        """Wait for the next time something is due, then take all that is."""
        with self._changed:
            while True:
                now = self.state.clock.now()
                if self._due and self._due[0][0] <= now:
                    break
                self._changed.wait((self._due[0][0] - now).total_seconds() if self._due else None)
            messages: list[Message] = []
            while self._due and self._due[0][0] <= now:
                messages += heapq.heappop(self._due)[2]
            return messages, self._generation

    def settle(self, messages: Iterable[Message], code: str | None = None) -> list[dict[str, Any]]:
        """Give each message its result; the hooks that tell of it."""
        hooks = []
        for message in messages:
            self.state.record_result(message, code)
            hooks.append(self.hook(message))
        return hooks

    def _dispatch(self, hooks: list[dict[str, Any]], generation: int) -> None:
        """Post, hold or lose the hooks, as the settings say."""
        with self._changed:
            if generation != self._generation:
                return
            if self.state.settings.webhooks == "held":
                self.held += hooks
            elif self.state.settings.webhooks == "auto":
                for post in self.envelopes(hooks):
                    self._outbox.put((generation, post))

    def hook(self, message: Message) -> dict[str, Any]:
        batch, settings = message.batch, self.state.settings
        path = f"/alimtalk/v2.3/appkeys/{settings.app_key}/messages/{batch.request_id}/{message.seq}"
        return {
            "hookId": uuid.uuid4().hex,
            "kakaoMessageType": "ALIMTALK_NORMAL",
            "requestId": batch.request_id,
            "recipientSeq": message.seq,
            "requestDate": kst(batch.requested_at),
            "createDate": kst(batch.created_at),
            "receiveDate": kst(message.received_at),
            "recipientNo": message.recipient,
            "resultCode": message.delivery_code,
            "senderGroupingKey": batch.grouping_key,
            "recipientGroupingKey": message.notification_id,
            "isAddedChannel": None,
            "_links": {"self": {"href": f"https://kakaotalk-bizmessage.api.nhncloudservice.com{path}"}},
        }

    def envelopes(self, hooks: list[dict[str, Any]], size: int = HOOKS_A_POST) -> list[Post]:
        return [self._envelope(hooks[i : i + size]) for i in range(0, len(hooks), size)]

    def _envelope(self, hooks: list[dict[str, Any]]) -> Post:
        body = {
            "hooksId": uuid.uuid4().hex,
            "webhookConfigId": "sandbox",
            "productName": "KakaoTalk Bizmessage",
            "appKey": self.state.settings.app_key,
            "event": "MESSAGE_RESULT_UPDATE",
            "hooks": hooks,
        }
        return Post(json.dumps(body, ensure_ascii=False), [one["hookId"] for one in hooks])

    def _post_forever(self) -> None:
        while True:
            generation, post = self._outbox.get()
            try:
                if generation == self._generation:
                    self.post(post, generation)
            finally:
                self._outbox.task_done()

    def post(self, post: Post, generation: int | None = None) -> Post:
        """Post an envelope now, again when it is not taken; needs `webhook_url`."""
        settings = self.state.settings
        if settings.webhook_url is None:
            return post
        self.posts.append(post)
        for attempt in range(settings.webhook_attempts):
            if attempt:
                time.sleep(settings.webhook_retry_s)
            if generation not in (None, self._generation):
                break
            post.statuses.append(self._post_once(post.body))
            if 200 <= post.statuses[-1] < 300:
                break
        return post

    def _post_once(self, body: str) -> int:
        settings = self.state.settings
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        if settings.webhook_signature is not None:
            headers["X-Toast-Webhook-Signature"] = settings.webhook_signature
        with requests.Session() as session:
            session.trust_env = False  # never through a proxy
            try:
                answer = session.post(
                    str(settings.webhook_url), body.encode(), headers=headers, timeout=TIMEOUT_S
                )
            except requests.RequestException:
                return 0
            return answer.status_code
