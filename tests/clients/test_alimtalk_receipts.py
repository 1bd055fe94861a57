"""The delivery webhook: what is read of it, and that nothing in it can do harm."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.receipts import Hook, UnknownShape, parse_results

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def hook(number: int, code: str, **changes: Any) -> dict[str, Any]:
    """A hook as the documentation shows it."""
    return {
        "hookId": f"hook-20260721-000{number}",
        "kakaoMessageType": "ALIMTALK_NORMAL",
        "requestId": "20260721073001EXAMPLE02",
        "recipientSeq": number,
        "requestDate": "2026-07-21 08:00:00",
        "createDate": "2026-07-21 07:30:01",
        "receiveDate": None,
        "recipientNo": f"0100000000{number}",
        "resultCode": code,
        "senderGroupingKey": "batch-20260721-0730",
        "recipientGroupingKey": f"ntf_000{number}",
        "isAddedChannel": None,
        "_links": {"self": {"href": "https://example.com/1"}},
        **changes,
    }


def envelope(*hooks: object) -> dict[str, Any]:
    return {
        "hooksId": "202607210800050001example",
        "webhookConfigId": "whcfg-1",
        "productName": "KakaoTalk Bizmessage",
        "appKey": "APPKEY_EXAMPLE",
        "event": "MESSAGE_RESULT_UPDATE",
        "hooks": list(hooks),
    }


def template_hook() -> dict[str, Any]:
    return {"hookId": "hook-20260721-0101", "templateCode": "WK_REMIND_02", "status": "TSC04"}


def test_every_hook_of_an_envelope_is_read_and_times_go_from_korea_to_utc() -> None:
    payload = envelope(hook(1, "1000", receiveDate="2026-07-21 08:00:03"), hook(2, "3019"))

    found = parse_results(payload)

    request_id = "20260721073001EXAMPLE02"
    at = datetime(2026, 7, 20, 23, 0, 3, tzinfo=UTC)
    assert found.hooks == [
        Hook("hook-20260721-0001", "ntf_0001", request_id, 1, "1000", at),
        Hook("hook-20260721-0002", "ntf_0002", request_id, 2, "3019", None),
    ]
    assert found.entries == payload["hooks"]
    assert found.others == []


def test_a_hook_of_another_shape_does_not_lose_the_others() -> None:
    found = parse_results(envelope(template_hook(), hook(1, "1000"), None))

    assert [one.code for one in found.hooks] == ["1000"]
    assert found.entries == [hook(1, "1000")]
    assert found.others == [template_hook(), None]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        {},
        envelope(),
        envelope(template_hook()),
        {"hooks": {}},
        {"hooks": None},
        {"hooks": [1]},
    ],
)
def test_what_holds_no_result_is_an_unknown_shape(payload: object) -> None:
    with pytest.raises(UnknownShape):
        parse_results(payload)


@pytest.mark.parametrize(
    "changes",
    [
        {"hookId": None},
        {"hookId": ""},
        {"hookId": "a\x00b"},
        {"hookId": "x" * 101},
        {"requestId": 7},
        {"recipientSeq": "1"},
        {"recipientSeq": True},
        {"recipientSeq": 1.0},
        {"recipientSeq": 2**31},
        {"resultCode": 1000},
        {"resultCode": None},
    ],
)
def test_a_field_of_the_wrong_type_makes_it_another_shape(changes: dict[str, Any]) -> None:
    with pytest.raises(UnknownShape):
        parse_results(envelope(hook(1, "1000", **changes)))


@pytest.mark.parametrize("key", [None, 7, "", "a\nb", ["ntf"]])
def test_a_grouping_key_that_is_none_leaves_the_request_id_to_match_by(key: object) -> None:
    (found,) = parse_results(envelope(hook(1, "1000", recipientGroupingKey=key))).hooks

    assert found.notification_id is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-21 08:00:03.123", datetime(2026, 7, 20, 23, 0, 3, tzinfo=UTC)),
        ("2026-07-21T08:00:03.0", datetime(2026, 7, 20, 23, 0, 3, tzinfo=UTC)),
        ("1988-07-01 12:00:00", datetime(1988, 7, 1, 2, 0, tzinfo=UTC)),
        ("2026-02-30 08:00:03", None),
        ("2026-07-21", None),
        ("0001-01-01 00:00:00", None),
        ("soon", None),
        (1784595723000, None),
    ],
)
def test_a_time_is_korean_and_an_unreadable_one_is_left_out(text: object, expected: datetime | None) -> None:
    (found,) = parse_results(envelope(hook(1, "1000", receiveDate=text))).hooks

    assert found.received_at == expected


@given(JSON)
def test_no_body_does_anything_but_fail_as_an_unknown_shape(payload: object) -> None:
    with pytest.raises(UnknownShape):
        parse_results(payload)


@given(st.sampled_from(sorted(hook(1, "1000"))), JSON)
def test_no_field_does_anything_but_make_it_another_shape(name: str, value: object) -> None:
    found = parse_results(envelope(hook(1, "1000"), hook(2, "1000", **{name: value})))

    assert len(found.hooks) + len(found.others) == 2
    assert len(found.hooks) == len(found.entries)
