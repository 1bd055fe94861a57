"""A running deployment as its clients see it: over HTTP alone, each call with a deadline."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import click

from app.clients import http

LOCAL = ("localhost", "127.0.0.1", "::1")


class Wrong(Exception):
    """A check failed; the message says what was expected, and what came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the deployment."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_ms: int

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object in the body; Wrong when there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            raise Wrong(f"answered {self.status} without JSON") from None
        if not isinstance(found, dict):
            raise Wrong(f"answered {self.status} with JSON that is no object")
        return found

    def must_be(self, status: int, code: str | None = None) -> "Answer":
        """The answer itself; Wrong when it has another status, or another code of a problem."""
        if self.status != status:
            raise Wrong(f"expected {status}, got {self.status}{self._problem()}")
        if code is not None and self.json.get("code") != code:
            raise Wrong(f"expected the code {code}, got {self.json.get('code')}")
        return self

    def _problem(self) -> str:
        try:
            detail = json.loads(self.body).get("detail")
        except (ValueError, AttributeError):
            return ""
        return f": {detail}" if isinstance(detail, str) else ""


class Deployment:
    """Where it is, how long one call may take, and until when there may be calls at all."""

    def __init__(self, base_url: str, deadline_s: float) -> None:
        self.base_url = base_url.rstrip("/")
        self._session, self._deadline_s, self._end = http.new_session(), deadline_s, math.inf

    def allow(self, seconds: float) -> None:
        """So much time from now on, for all calls together."""
        self._end = monotonic() + seconds

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, where there need be no TLS."""
        return urlsplit(self.base_url).hostname in LOCAL

    def ask(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Answer:
        """One request; `content` is `json`, `data` or `params`. Wrong when no whole answer comes in time."""
        left = self._end - monotonic()
        if left <= 0:
            raise Wrong("not tried: the time for the whole check is over")
        named = dict(headers or {}) | ({"Authorization": f"Bearer {key}"} if key else {})
        try:
            reply = http.call(
                self._session,
                method,
                f"{self.base_url}{path}",
                deadline_s=min(self._deadline_s, left),
                headers=named,
                **content,
            )
        except http.CallFailed as failed:
            raise Wrong(f"no answer: {failed}") from None
        return Answer(reply.status, reply.headers, reply.body, reply.latency_ms)


class BaseUrl(click.ParamType[str]):
    """The address of a deployment: http or https, a host, and no more than a path."""

    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; wrong use when it is none."""
        try:
            parts = urlsplit(str(value))
            is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_good = False
        if not is_good or parts.query or parts.fragment or parts.username:
            self.fail(f"{value!r} is no address such as https://coach.example.com.", param, ctx)
        return str(value)
