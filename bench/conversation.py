"""What a trainee says in KakaoTalk in the course of a workout, the way Kakao's chatbot sends it on.

Imports little: every client of the load generator starts by importing this.
"""

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

PATH = "/webhooks/kakao/skill"
BLOCK = {"id": "bench-block", "name": "운동"}
DONE = "완료"
TYPED, TAPPED = "typed", "tapped"
# Over and over, until all sets are done; no words twice in a row, for that would be a repetition.
COURSE = ("오늘 운동", TYPED, "남은 세트", TAPPED, "요약", TAPPED, "도움말", TYPED)
NEXT = re.compile(r"다음: [^\n]+\n([^\n·]+)·")
FIGURE = re.compile(r"[\d.]+(?:회|초|분|kg)")
Conversation = Generator[tuple[str, bytes], dict[str, Any], None]


def conversation(who: str) -> Conversation:
    """Yields what is said, by name and as the body of a request; takes the answer; ends with the workout.

    Raises ValueError when an answer has no set to do, though nothing has said that all are done.
    """
    last: dict[str, Any] = {}
    for name in _endlessly():
        utterance, extra = _words(name, last)
        answer = yield name, json.dumps(_request(who, utterance, extra), ensure_ascii=False).encode()
        if "모두 마쳤어요" in _text(answer):
            return
        if NEXT.search(_text(answer)):
            last = answer


def _endlessly() -> Iterator[str]:
    while True:
        yield from COURSE


def _words(name: str, last: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What is typed, or what is on the button of the set that is next with what it brings back."""
    if name == TYPED:
        found = NEXT.search(_text(last))
        if found is None:
            raise ValueError("no set to do")
        return " ".join([DONE, *FIGURE.findall(found[1])]), {}
    if name == TAPPED:
        quick = next((each for each in last["template"]["quickReplies"] if each["label"] == DONE), None)
        if quick is None:
            raise ValueError("no button to tap")
        return DONE, quick["extra"]
    return name, {}


def _text(answer: dict[str, Any]) -> str:
    outputs = answer["template"]["outputs"] if answer else []
    words = [part.get("text", "") + part.get("description", "") for each in outputs for part in each.values()]
    return "\n".join(words)


def _request(who: str, utterance: str, extra: dict[str, Any]) -> dict[str, Any]:
    asked = {
        "timezone": "Asia/Seoul",
        "params": {"surface": "Kakaotalk.plusfriend"},
        "block": BLOCK,
        "utterance": utterance,
        "lang": "ko",
        "user": {"id": who, "type": "botUserKey", "properties": {"botUserKey": who}},
    }
    return {
        "intent": {**BLOCK, "extra": {}},
        "userRequest": asked,
        "contexts": [],
        "bot": {"id": "bench-bot", "name": "갓생 코치"},
        "action": {"id": "skill", "name": "coach", "params": {}, "detailParams": {}, "clientExtra": extra},
        "flow": {"trigger": {"type": "QUICKREPLY_BUTTON_BLOCK" if extra else "TEXT_INPUT"}},
    }
