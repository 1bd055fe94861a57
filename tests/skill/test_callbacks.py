"""Answers that come later: said so at once, given once, to Kakao and to nobody else."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from factories import AS_OPERATOR, add_plan, delete_user, make_user, today
from flask import Flask
from openapi_client import SpecClient
from raw_server import RawServer, hangs, resets, response, says, serving
from redis import Redis
from skill_builders import Chat, joined
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.clients import callbacks as kakao_callbacks
from app.domain import wakeups
from app.models import ChatCallback, ExercisePlan
from app.workers.chat import answer_later

EVERYDAY = {"days_per_week": 6, "weekdays": [1, 2, 3, 4, 5, 6, 7]}


def took(status: str = "SUCCESS") -> bytes:
    return response(json.dumps({"taskId": "t", "status": status, "message": "", "timestamp": 1}).encode())


@pytest.fixture
def kakao() -> Iterator[Any]:
    """Makes servers that stand where Kakao takes callbacks."""
    opened: list[Any] = []

    def serve(script: Any) -> RawServer:
        context = serving(script)
        opened.append(context)
        return context.__enter__()

    yield serve
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def make_app(app: Flask, another_app: Callable[..., Flask]) -> Callable[[RawServer], Flask]:
    """An application with an LLM, for which that server is Kakao."""
    return lambda server: another_app(LLM_API_KEY="key", KAKAO_API_BASE_URL=server.url)


def ask(app: Flask, server: RawServer, **user: Any) -> tuple[Chat, dict[str, Any]]:
    client = app.test_client()
    trainee = make_user(client, **({"profile": EVERYDAY} | user))
    chat = joined(client, trainee)
    chat.say("오늘 운동", callback_url=f"{server.url}/callback/one-time")
    return chat, trainee


def run(app: Flask) -> None:
    with app.app_context():
        answer_later()


def callbacks(session: Session) -> list[ChatCallback]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(ChatCallback)))


def posted(server: RawServer) -> list[dict[str, Any]]:
    return [json.loads(each.partition(b"\r\n\r\n")[2]) for each in server.requests]


def test_a_plan_that_may_take_long_is_promised_and_then_posted_once(
    kakao: Any, make_app: Any, db_session: Session
) -> None:
    server = kakao(says(took()))
    app = make_app(server)

    chat, _ = ask(app, server)
    run(app)
    run(app)

    assert chat.answer == {
        "version": "2.0",
        "useCallback": True,
        "data": {"text": "오늘 운동을 준비하고 있어요. 잠시만 기다려 주세요."},
    }
    [answer] = posted(server)
    assert "1. " in json.dumps(answer, ensure_ascii=False)
    assert [each["label"] for each in answer["template"]["quickReplies"]][:2] == ["완료", "실패"]
    [row] = callbacks(db_session)
    assert (row.status, row.result, row.url, row.tries) == ("DONE", "SUCCESS", None, 1)
    plan = db_session.scalars(select(ExercisePlan)).one()
    assert (plan.requested_source, plan.source) == ("llm", "rule")


def test_asking_twice_makes_one_plan(kakao: Any, make_app: Any, db_session: Session) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    chat, _ = ask(app, server)

    chat.say("오늘 운동 보여줘", callback_url=f"{server.url}/callback/two")
    run(app)

    assert len(posted(server)) == 2
    assert len(db_session.scalars(select(ExercisePlan)).all()) == 1


def test_a_job_whose_time_is_over_leaves_the_next_answer_to_another(
    kakao: Any, make_app: Any, db_session: Session, redis: Redis
) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    chat, _ = ask(app, server)
    chat.say("오늘 운동 보여줘", callback_url=f"{server.url}/callback/two")
    redis.flushdb()

    with app.app_context():
        answer_later(work_s=0)

    assert sorted(row.status for row in callbacks(db_session)) == ["DONE", "WAITING"]
    assert redis.llen("rq:queue:chat") == 1
    run(app)
    assert [row.status for row in callbacks(db_session)] == ["DONE", "DONE"]


@pytest.mark.parametrize("verdict", ["FAIL", "ERROR"])
def test_a_refused_address_is_not_tried_again(
    kakao: Any, make_app: Any, db_session: Session, verdict: str
) -> None:
    server = kakao(says(took(verdict)))
    app = make_app(server)

    ask(app, server)
    run(app)
    run(app)

    [row] = callbacks(db_session)
    assert (row.status, row.result, len(server.requests)) == ("GIVEN_UP", verdict, 1)


def test_a_lost_connection_is_tried_once_more(kakao: Any, make_app: Any, db_session: Session) -> None:
    server = kakao(resets)
    app = make_app(server)

    ask(app, server)
    run(app)

    [row] = callbacks(db_session)
    assert (row.status, row.result, len(server.requests)) == ("GIVEN_UP", "RESET", 2)


def test_an_answer_that_is_no_json_is_on_record(kakao: Any, make_app: Any, db_session: Session) -> None:
    server = kakao(says(response(b"<html>", "502 Bad Gateway")))
    app = make_app(server)

    ask(app, server)
    run(app)

    [row] = callbacks(db_session)
    assert (row.status, row.result) == ("GIVEN_UP", "HTTP_502")


def test_a_hanging_address_is_left_within_its_time(
    kakao: Any, make_app: Any, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kakao_callbacks, "DEADLINE_S", 0.3)
    server = kakao(hangs)
    app = make_app(server)

    ask(app, server)
    run(app)

    [row] = callbacks(db_session)
    assert (row.status, row.result, row.tries) == ("GIVEN_UP", "TIMEOUT", 2)


def test_what_is_too_late_to_be_heard_is_given_up(
    kakao: Any, make_app: Any, db_session: Session, pass_time: Callable[[float], None]
) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    ask(app, server)

    pass_time(60)
    run(app)

    [row] = callbacks(db_session)
    assert (row.status, row.result, row.url, server.requests) == ("GIVEN_UP", "TOO_LATE", None, [])


def test_a_worker_that_died_with_it_leaves_it_to_the_next(
    kakao: Any, make_app: Any, db_session: Session, pass_time: Callable[[float], None]
) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    ask(app, server)
    with app.app_context():
        from app.domain import callbacks as domain_callbacks
        from app.extensions import db

        assert domain_callbacks.claim(db.session()) is not None
        db.session.commit()
    run(app)
    assert server.requests == []

    pass_time(31)
    run(app)

    assert [row.status for row in callbacks(db_session)] == ["DONE"]
    assert len(server.requests) == 1


def test_a_plan_of_a_day_that_is_over_and_done_is_shown(
    kakao: Any, make_app: Any, db_session: Session
) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    _, trainee = ask(app, server)
    db_session.execute(text("UPDATE chat_callbacks SET target_date = target_date - 1"))
    add_plan(db_session, UUID(trainee["id"]), today(days=-1), ["DONE"], status="DONE")

    run(app)

    assert "모두 마쳤어요" in json.dumps(posted(server), ensure_ascii=False)
    assert [row.status for row in callbacks(db_session)] == ["DONE"]


def test_one_who_left_gets_nothing(kakao: Any, make_app: Any, db_session: Session) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    _, trainee = ask(app, server)

    delete_user(app.test_client(), trainee["id"])
    run(app)

    assert server.requests == []
    assert all(row.url is None for row in callbacks(db_session))


def test_a_turn_that_needs_a_doctor_first_says_so_later(kakao: Any, make_app: Any) -> None:
    server = kakao(says(took()))
    app = make_app(server)

    ask(app, server, profile=EVERYDAY | {"health": {"pregnant": True}})
    run(app)

    assert "임신" in json.dumps(posted(server), ensure_ascii=False)


@pytest.mark.parametrize("switch", [{"llm_enabled": False}, {"force_rule": True}])
def test_with_the_llm_switched_off_the_plan_comes_at_once(
    kakao: Any, make_app: Any, switch: dict[str, bool]
) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    [(name, value)] = switch.items()
    body = {"value": value, "reason": "test", "actor": "me"}
    assert app.test_client().put(f"/guardrails/{name}", json=body, headers=AS_OPERATOR).status_code == 200

    chat, _ = ask(app, server)

    assert "1. " in chat.text


def test_without_an_llm_or_an_address_the_plan_comes_at_once(client: SpecClient) -> None:
    chat = joined(client, make_user(client, profile=EVERYDAY))

    assert "1. " in chat.say("오늘 운동", callback_url="https://bot-api.kakao.com/x")


def test_the_clock_rings_for_what_is_promised(kakao: Any, make_app: Any, db_session: Session) -> None:
    server = kakao(says(took()))
    app = make_app(server)
    assert "chat" not in wakeups.queues_to_wake(db_session, "alimtalk", app.config)

    ask(app, server)

    db_session.rollback()
    assert "chat" in wakeups.queues_to_wake(db_session, "alimtalk", app.config)


def test_in_production_the_sandbox_is_nobody(
    app: Flask, another_app: Callable[..., Flask], db_session: Session
) -> None:
    production = another_app(APP_ENV="production", LLM_API_KEY="key", KAKAO_API_BASE_URL="http://127.0.0.1:9")
    client = production.test_client()
    chat = joined(client, make_user(client, profile=EVERYDAY))

    assert "1. " in chat.say("오늘 운동", callback_url="http://127.0.0.1:9/callback")
    assert callbacks(db_session) == []
