"""A client of a server on a real port, and the dealer's answers as the documentation shows them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from raw_server import Script, response, says, serving

from app.clients.alimtalk import Alimtalk, AlimtalkError, Recipient, Result, SendAnswer

SECRET, APP_KEY, SENDER_KEY = "SECRET_EXAMPLE", "APPKEY_EXAMPLE", "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"
OK = {"resultCode": 0, "resultMessage": "SUCCESS", "isSuccessful": True}
SINCE = datetime(2026, 7, 20, 22, 25, 30, tzinfo=UTC)
UNTIL = datetime(2026, 7, 20, 22, 39, 1, tzinfo=UTC)


def alimtalk(url: str, deadline_s: float = 5) -> Alimtalk:
    app = Flask("test")
    app.config.update(
        KAKAO_ALIMTALK_BASE_URL=url,
        KAKAO_ALIMTALK_APP_KEY=APP_KEY,
        KAKAO_TOKEN=SECRET,
        KAKAO_SENDER_KEY=SENDER_KEY,
        KAKAO_DEADLINE_S=deadline_s,
    )
    client = Alimtalk()
    client.init_app(app)
    return client


def people(count: int) -> list[Recipient]:
    return [
        Recipient(f"ntf_{n}", f"010000000{n:02}", {"name": "김하늘", "time": "19:00"})
        for n in range(1, count + 1)
    ]


def header(code: object, message: str = "no") -> dict[str, Any]:
    return {"resultCode": code, "resultMessage": message, "isSuccessful": False}


def entry(number: int, code: object = 0, **changes: Any) -> dict[str, Any]:
    """One of `sendResults` as the documentation shows it; a change to `...` takes the field out."""
    fields = {
        "recipientSeq": number,
        "recipientNo": f"010000000{number:02}",
        "resultCode": code,
        "resultMessage": "SUCCESS",
        "recipientGroupingKey": f"ntf_{number}",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def accepted(*entries: object, header: object = OK) -> dict[str, Any]:
    return {
        "header": header,
        "message": {"requestId": "REQ01", "senderGroupingKey": "key", "sendResults": [*entries]},
    }


def answers(*bodies: object, status: str = "200 OK") -> Script:
    return says(*(response(json.dumps(body).encode(), status) for body in bodies))


def send(script: Script, count: int = 1, deadline_s: float = 5) -> SendAnswer:
    with serving(script) as server:
        return alimtalk(server.url, deadline_s).send("WK_REMIND_01", people(count), "key-1")


def send_one(body: object) -> Result:
    return send(answers(body)).results["ntf_1"]


def send_fails(script: Script, deadline_s: float = 5) -> AlimtalkError:
    with pytest.raises(AlimtalkError) as caught:
        send(script, deadline_s=deadline_s)
    return caught.value


def message(number: int, **changes: Any) -> dict[str, Any]:
    """A row of the list query as the documentation shows it."""
    return {
        "requestId": "REQ01",
        "recipientSeq": number,
        "recipientNo": "01000000001",
        "content": "안녕하세요 김하늘님",
        "receiveDate": "2026-07-21 07:30:04",
        "messageStatus": "COMPLETED",
        "resultCode": "1000",
        "senderGroupingKey": "key-1",
        "recipientGroupingKey": f"ntf_{number}",
        **changes,
    }


def listed(*messages: object, total: object = None) -> dict[str, Any]:
    count = len(messages) if total is None else total
    return {"header": OK, "messageSearchResultResponse": {"messages": [*messages], "totalCount": count}}


def pulled(*messages: object, **more: object) -> dict[str, Any]:
    return {"header": OK, "messages": [*messages], **more}
