"""A call that has time enough, one that must fail, and one that must fail for lack of time."""

import pytest
from raw_server import CERTIFICATE

from app.clients.http import CallFailed, Reply, call, new_session

SHORT_S, SLACK_MS = 0.3, 400


def post(url: str, deadline_s: float = 5, **kwargs: object) -> Reply:
    session = new_session()
    session.verify = CERTIFICATE
    kwargs.setdefault("json", {"a": 1})
    return call(session, "POST", url, deadline_s=deadline_s, **kwargs)


def failure(url: str, deadline_s: float = 5, **kwargs: object) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        post(url, deadline_s, **kwargs)
    assert caught.value.latency_ms < deadline_s * 1000 + SLACK_MS
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def late(url: str, **kwargs: object) -> CallFailed:
    failed = failure(url, SHORT_S, **kwargs)
    assert failed.latency_ms >= SHORT_S * 1000 - 5
    return failed
