"""Requests nobody thought of, for every route that a provider calls."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode

from hypothesis import strategies as st
from kakao import CHANNEL, UNLINK, change, unlinking
from test_fuzz import junk

RESULTS, SKILL = "/webhooks/alimtalk/results", "/webhooks/kakao/skill"
KIB, MIB = 1024, 1024 * 1024
PERSON_IN_CHAT = "bot-user-of-the-fuzz"
TURN = {
    "intent": {"id": "block-1", "name": "운동"},
    "userRequest": {
        "timezone": "Asia/Seoul",
        "params": {"surface": "Kakaotalk.plusfriend"},
        "block": {"id": "block-1", "name": "운동"},
        "utterance": "완료",
        "lang": "ko",
        "user": {
            "id": PERSON_IN_CHAT,
            "type": "botUserKey",
            "properties": {"botUserKey": PERSON_IN_CHAT, "appUserId": "77", "plusfriendUserKey": "p"},
        },
        "callbackUrl": "https://bot-api.kakao.com/callback/x",
    },
    "contexts": [],
    "bot": {"id": "bot-1", "name": "갓생 코치"},
    "action": {
        "id": "skill-1",
        "name": "coach",
        "params": {"reason": "무릎"},
        "detailParams": {},
        "clientExtra": {"do": "DONE", "nonce": "n", "plan": "x", "session": "y", "set": 1},
    },
    "flow": {"trigger": {"type": "TEXT_INPUT"}},
}
HOOK = {
    "hookId": "hook-1",
    "requestId": "request-1",
    "recipientSeq": 1,
    "resultCode": "1000",
    "resultCodeName": "success",
    "recipientGroupingKey": "0190aaaa-0000-7000-8000-000000000001",
    "receiveDate": "2026-07-21 10:00:00",
}


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a provider: how it proves itself, how much it may send, and a body that is understood."""

    method: str
    path: str
    header: str
    secret: str
    limit: int
    sample: dict[str, Any]
    statuses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Odd:
    """What of a request has nothing to do with its route."""

    body: bytes
    query: str
    headers: list[tuple[str, str]]
    media_type: str


ROUTES = (
    Route("POST", SKILL, "X-Skill-Token", "sandbox-skill-token", 256 * KIB, TURN, frozenset({200, 400})),
    Route(
        *("POST", CHANNEL, "Authorization", "KakaoAK sandbox-admin-key", 256 * KIB),
        change("blocked"),
        frozenset({200, 400}),
    ),
    Route(
        *("GET", UNLINK, "Authorization", "KakaoAK sandbox-admin-key", 256 * KIB),
        dict(unlinking()),
        frozenset({200}),
    ),
    Route(
        *("POST", UNLINK, "Authorization", "KakaoAK sandbox-admin-key", 256 * KIB),
        dict(unlinking()),
        frozenset({200}),
    ),
    Route(
        *("POST", RESULTS, "X-Toast-Webhook-Signature", "sandbox-result-signature", 2 * MIB),
        {"hooks": [HOOK, HOOK | {"hookId": "hook-2"}]},
        frozenset({200, 400}),
    ),
)

# What a header can carry: latin-1 without control characters.
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
media_types = header_texts | st.sampled_from(
    [
        *(
            "application/json",
            "application/json; charset=utf-16",
            "application/json; charset=\xff",
            "text/plain",
        ),
        *("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x"),
        *("application/x-www-form-urlencoded; charset=nonsense", "*/*", ";", "a/b; c*=utf-8''%ff", ""),
    ]
)
request_ids = st.none() | header_texts | st.sampled_from(["event-1", "event-2", "x" * 128, "x" * 129, ":"])
resource_ids = st.none() | header_texts | st.sampled_from(["r-1", "r-2", "x" * 200, "x" * 201])


def unproved(route: Route) -> st.SearchStrategy[list[str]]:
    """What comes in the header of the proof and proves nothing: none, another, or the right one twice."""
    right = route.secret
    near = [right.lower(), right + "x", right[:-1], f"Bearer {right}", f"{right},{right}", "", "KakaoAK "]
    other = st.sampled_from(near) | header_texts.filter(lambda text: text.strip() != right)
    return st.lists(other, max_size=2) | st.just([right, right])


def secrets_of(route: Route) -> st.SearchStrategy[list[str]]:
    return st.just([route.secret]) | unproved(route)


def is_proved(route: Route, given: list[str]) -> bool:
    """White space around a header's value is no part of it."""
    return [each.strip() for each in given] == [route.secret]


def paths_of(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something is in a JSON value, at any depth."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*before, key)
        yield from paths_of(inner, (*before, key))


@st.composite
def disturbed_deep(draw: st.DrawFn, sample: dict[str, Any]) -> Any:
    """A body that is understood, of which up to three places, wherever they are, hold junk or are gone."""
    body = deepcopy(sample)
    for _ in range(draw(st.integers(0, 3))):
        *parents, last = draw(st.sampled_from(sorted(paths_of(body), key=str)))
        place: Any = body
        for step in parents:
            place = place[step]
        if draw(st.booleans()):
            place[last] = draw(junk)
        else:
            place.pop(last)
        if not body:
            break
    return body


def deep(depth: int) -> st.SearchStrategy[bytes]:
    return st.sampled_from(
        [
            b"[" * depth + b"]" * depth,
            b"[" * depth,
            b'{"a":' * depth + b"1" + b"}" * depth,
            b'{"user_id":' + b"[" * depth + b"]" * depth + b"}",
        ]
    )


def json_bodies(sample: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """JSON in all sorts of encodings; `json` writes NaN, and lone surrogates as escapes."""
    values = disturbed_deep(sample) | junk
    encodings = st.sampled_from(["utf-8"] * 5 + ["utf-16", "utf-32", "utf-8-sig", "cp949"])
    plain = st.builds(lambda value, name: json.dumps(value).encode(name), values, encodings)
    raw = st.builds(
        lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), values
    )
    return plain | raw


names = st.sampled_from(["app_id", "user_id", "referrer_type"])
form_bytes = st.binary(max_size=12) | st.sampled_from(
    [b"123456", b"1000000000000000001", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"x" * 600, "갓생".encode()]
)
pairs = st.lists(st.tuples(names.map(str.encode) | form_bytes, form_bytes), max_size=6)
# Bytes that a client may leave as they are in an address, and per cent signs that mean nothing.
loose = st.text(st.sampled_from("&=;%+0aFz?/[]"), max_size=30)


def encoded(given: list[tuple[bytes, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in given)


queries = st.just(urlencode(unlinking())) | pairs.map(encoded) | loose


def bodies_of(route: Route) -> st.SearchStrategy[bytes]:
    """Whatever may come as a body."""
    small = st.binary(max_size=100) | json_bodies(route.sample) | queries.map(str.encode)
    depths = st.sampled_from([63, 64, 65, 900, 980, 990, 1000, 10_000]).flatmap(deep)
    return st.one_of(small, small, json_bodies(route.sample), json_bodies(route.sample), depths)


@st.composite
def odd_requests(draw: st.DrawFn, route: Route) -> Odd:
    """Anything that could be sent to that route."""
    named = {"X-Request-Id": draw(request_ids), "X-Kakao-Resource-ID": draw(resource_ids)}
    return Odd(
        body=draw(bodies_of(route)),
        query=quote(draw(queries), safe="&=;%+?/[]"),
        headers=[(name, value) for name, value in named.items() if value is not None],
        media_type=draw(media_types),
    )
