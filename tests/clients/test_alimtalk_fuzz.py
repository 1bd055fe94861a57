"""Answers of any shape: each call gives its own type or raises AlimtalkError, and nothing else."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta

from alimtalk_builders import (
    SINCE,
    UNTIL,
    alimtalk,
    entry,
    people,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import RawServer, read_request, response, serving

from app.clients.alimtalk import Alimtalk, AlimtalkError, SendAnswer

SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([0, -1031, -5000])
)
NAMES = st.sampled_from(
    [
        *("header", "resultCode", "resultMessage", "message", "requestId", "sendResults", "recipientSeq"),
        *("recipientGroupingKey", "ntf_1", "messages", "messageSearchResultResponse", "totalCount"),
    ]
)
SHAPES = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
ENTRIES = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(entry(1), SCALAR | SHAPES))
    | st.fixed_dictionaries(
        {
            "recipientGroupingKey": st.sampled_from(["ntf_1", "ntf_2"]),
            "resultCode": st.sampled_from([0, -5000, None]),
        }
    ),
    max_size=4,
)
ANSWERS = SHAPES | st.fixed_dictionaries(
    {
        "header": st.fixed_dictionaries({"resultCode": st.sampled_from([0, -1031, -9999]) | SCALAR}),
        "message": st.fixed_dictionaries({"requestId": SCALAR, "sendResults": ENTRIES | SHAPES}) | SHAPES,
        "messages": ENTRIES | SHAPES,
        "messageSearchResultResponse": st.fixed_dictionaries(
            {"messages": ENTRIES | SHAPES, "totalCount": SCALAR}
        )
        | SHAPES,
    }
)


def asks(client: Alimtalk) -> list[Callable[[], object]]:
    return [
        lambda: client.send("T", people(2), "key-1"),
        lambda: client.find("key-1", SINCE, UNTIL),
        lambda: list(client.results(SINCE, SINCE + timedelta(minutes=1))),
    ]


def test_no_answer_raises_anything_but_alimtalk_error() -> None:
    body: list[object] = [None]

    def script(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        connection.sendall(response(json.dumps(body[0]).encode()))

    with serving(script) as server:
        client = alimtalk(server.url)

        @settings(max_examples=300, deadline=None)
        @given(ANSWERS)
        def check(answer: object) -> None:
            body[0] = answer
            for ask in asks(client):
                try:
                    told = ask()
                except AlimtalkError:
                    continue
                if isinstance(told, SendAnswer):
                    assert set(told.results) == {"ntf_1", "ntf_2"}
                    for result in told.results.values():
                        assert len(result.response.encode()) <= 4096
                        assert "\x00" not in f"{result.code}{result.request_id}{result.response}"

        check()
