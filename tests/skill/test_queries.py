"""How often an answer asks the database: at most eight times, once the chat is joined."""

from collections.abc import Iterator
from typing import Any

import pytest
from factories import make_lifter, make_plan, make_user
from openapi_client import SpecClient
from skill_builders import Chat, joined, link_code
from sqlalchemy import Engine, event

MOST = 8


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """What goes to the database from here on."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(" ".join(statement.split())[:100])

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


SAID = [
    *(
        "오늘 운동",
        "시작",
        "다음",
        "완료",
        "완료 4회 30kg",
        "4회",
        "5개에서 실패",
        "건너뛰기",
        "이 운동 건너뛰기",
    ),
    *("두 세트 완료", "아니 7회", "남은 세트", "쉬는 시간", "요약", "이번 주", "자리 없어요", "아파요 무릎"),
    *("무릎 아파 9점", "가슴이 조여요", "알림 꺼", "알림 켜", "알림 7시 반", "도움말", "고마워", "ㅁㄴㅇㄹ"),
    *("오늘은 그만할래", "123456"),
]


@pytest.mark.parametrize("said", SAID)
def test_an_answer_takes_few_queries(client: SpecClient, statements: list[str], said: str) -> None:
    user = make_lifter(client)
    make_plan(client, user["id"])
    chat = joined(client, user)
    chat.say("완료")
    statements.clear()

    chat.say(f"{said} ")

    assert 0 < len(statements) <= MOST, "\n".join(statements)


def test_so_does_a_tap_that_ends_the_day(client: SpecClient, statements: list[str]) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    chat = joined(client, user)
    chat.say("시작")
    for _ in range(sum(each["target_sets"] for each in plan["sessions"])):
        statements.clear()
        chat.tap("완료")
        assert len(statements) <= MOST, "\n".join(statements)

    assert "모두 마쳤어요" in chat.text


def test_a_tap_takes_no_more_than_the_same_said(client: SpecClient, statements: list[str]) -> None:
    user = make_lifter(client)
    make_plan(client, user["id"])
    chat = joined(client, user)
    statements.clear()
    chat.say("완료")
    said = len(statements)
    statements.clear()

    chat.tap("완료")

    assert len(statements) <= said, "\n".join(statements)


def test_so_does_a_plan_made_in_chat(client: SpecClient, statements: list[str]) -> None:
    user = make_user(client, profile={"days_per_week": 6, "weekdays": [1, 2, 3, 4, 5, 6, 7]})
    chat = joined(client, user)
    statements.clear()

    chat.say("오늘 운동")

    assert "1. " in chat.text
    assert len(statements) <= MOST, "\n".join(statements)


def test_so_does_joining(client: SpecClient, statements: list[str]) -> None:
    code = link_code(client, make_user(client)["id"])
    statements.clear()

    Chat(client).say(code)

    assert len(statements) <= MOST, "\n".join(statements)
