"""Bodies nobody thought of, with a right key: never a fault of ours, and for an unlink always a 200."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from kakao import CHANNEL, SIGNED, UNLINK, change, unlinking
from openapi_client import SpecClient
from test_fuzz import FAST, disturbed, junk


@FAST
@given(body=junk | disturbed(change("added")))
def test_a_channel_body_is_taken_or_refused(client: SpecClient, body: Any) -> None:
    answer = client.post(CHANNEL, data=json.dumps(body), content_type="application/json", headers=SIGNED)

    assert answer.status_code in (200, 400)


@FAST
@given(body=(junk | disturbed(unlinking())).map(lambda body: json.dumps(body).encode()) | st.binary())
def test_an_unlink_is_taken(client: SpecClient, body: bytes) -> None:
    answer = client.post(UNLINK, data=body, headers=SIGNED)

    assert answer.status_code == 200
