"""Turns of a chat as KakaoTalk sends them, and what came back."""

from typing import Any
from uuid import uuid4

from factories import AS_CLIENT
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

URL = "/webhooks/kakao/skill"
SIGNED = {"X-Skill-Token": "sandbox-skill-token"}
BLOCK = "block-of-the-tests"


def turn(utterance: str, who: str = "bot-user-1", **parts: Any) -> dict[str, Any]:
    """The body of a request; parts: `extra`, `app_user_id`, `callback_url`, `reason`, `block`, `bot`."""
    user: dict[str, Any] = {"id": who, "type": "botUserKey", "properties": {"botUserKey": who}}
    if parts.get("app_user_id"):
        user["properties"]["appUserId"] = parts["app_user_id"]
    block = parts.get("block", BLOCK)
    asked = {
        "timezone": "Asia/Seoul",
        "params": {"surface": "Kakaotalk.plusfriend"},
        "block": {"id": block, "name": "운동"},
        "utterance": utterance,
        "lang": "ko",
        "user": user,
    }
    if parts.get("callback_url"):
        asked["callbackUrl"] = parts["callback_url"]
    reason = {"reason": parts["reason"]} if parts.get("reason") else {}
    return {
        "intent": {"id": block, "name": "운동"},
        "userRequest": asked,
        "contexts": [],
        "bot": {"id": parts.get("bot", "bot-1"), "name": "갓생 코치"},
        "action": {
            "id": "skill-1",
            "name": "coach",
            "params": reason,
            "detailParams": {},
            "clientExtra": parts.get("extra") or {},
        },
        "flow": {"trigger": {"type": "QUICKREPLY_BUTTON_BLOCK" if parts.get("extra") else "TEXT_INPUT"}},
    }


def post(client: FlaskClient, body: dict[str, Any], request_id: str | None = None) -> TestResponse:
    """Send a turn, under an id of its own unless one is given."""
    return client.post(URL, json=body, headers=SIGNED | {"X-Request-Id": request_id or str(uuid4())})


class Chat:
    """One person's KakaoTalk: says and taps, and remembers the last answer."""

    def __init__(self, client: FlaskClient, who: str = "bot-user-1", **parts: Any) -> None:
        self.client, self.who, self.parts = client, who, parts
        self.answer: dict[str, Any] = {}

    def say(self, utterance: str, **parts: Any) -> str:
        """Type something; the text of the answer. A blank more each time is no repeat."""
        response = post(self.client, turn(utterance, self.who, **(self.parts | parts)))
        assert response.status_code == 200, response.text
        self.answer = response.json
        return self.text

    def tap(self, label: str) -> str:
        """Tap a button of the last answer."""
        (quick,) = [each for each in self.quick if each["label"] == label]
        return self.say(quick["messageText"], extra=quick.get("extra"))

    @property
    def quick(self) -> list[dict[str, Any]]:
        return list(self.answer["template"].get("quickReplies", []))

    @property
    def labels(self) -> list[str]:
        return [each["label"] for each in self.quick]

    @property
    def text(self) -> str:
        """Everything the answer says, cards too."""
        if "template" not in self.answer:
            return str(self.answer["data"]["text"])
        return "\n".join(map(_words, self.answer["template"]["outputs"]))

    @property
    def link(self) -> str:
        """The address of the phone page in the answer."""
        (card,) = [each["textCard"] for each in self.answer["template"]["outputs"] if "textCard" in each]
        return str(card["buttons"][0]["webLinkUrl"])


def _words(output: dict[str, Any]) -> str:
    if "simpleText" in output:
        return str(output["simpleText"]["text"])
    card = output["textCard"]
    return "\n".join(card[name] for name in ("title", "description") if name in card)


def link_code(client: FlaskClient, user_id: str) -> str:
    """A code from the app."""
    response = client.post(f"/users/{user_id}/link-code", headers=AS_CLIENT)
    assert response.status_code == 201, response.text
    return str(response.json["code"])


def joined(client: FlaskClient, user: dict[str, Any], who: str = "bot-user-1") -> Chat:
    """The trainee's chat, joined by a code."""
    chat = Chat(client, who)
    assert "연결됐어요" in chat.say(link_code(client, user["id"]))
    return chat
