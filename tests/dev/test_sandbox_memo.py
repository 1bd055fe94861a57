"""Whose memos the sandbox has taken, and whose it refuses; through the application's own client."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app.clients.kakao import Kakao, KakaoError
from app.clients.memo_templates import text
from dev.sandbox.client import Sandbox

MEMO = text("오늘 운동이에요.", "https://coach.example.com/t/1", "오늘 운동")
LONG = "a-token-of-more-than-24-characters"


@pytest.fixture
def kakao(sandbox: Sandbox) -> Kakao:
    app = Flask("test")
    app.config.update(
        KAKAO_API_BASE_URL=sandbox.base_url, KAKAO_AUTH_BASE_URL=sandbox.base_url, KAKAO_REST_API_KEY="app"
    )
    client = Kakao()
    client.init_app(app)
    return client


def refusal(kakao: Kakao, token: str) -> KakaoError:
    with pytest.raises(KakaoError) as caught:
        kakao.send_to_me(token, MEMO)
    return caught.value


def test_memos_are_counted_by_the_owner_of_the_token(sandbox: Sandbox, kakao: Kakao) -> None:
    sandbox.configure(memo_owners={"token-1": "haneul", "token-2": "haneul"})

    for token in ("token-1", "token-2", "token-2", LONG):
        assert kakao.send_to_me(token, MEMO).code == "0"

    assert sandbox.memo_effects() == {"haneul": 3, LONG[:24]: 1}
    assert len(sandbox.messages(recipient="memo:token-2")) == 2
    sandbox.reset()
    assert sandbox.memo_effects() == {}


def test_memos_of_one_owner_are_one_chat_room(sandbox: Sandbox, kakao: Kakao) -> None:
    sandbox.configure(memo_owners={"token-1": "haneul/1", "token-2": "haneul/1"})

    for token in ("token-1", "token-2"):
        kakao.send_to_me(token, MEMO)

    assert [one["room"] for one in sandbox.rooms()] == ["memo:haneul/1"]
    assert [one["kind"] for one in sandbox.chat("memo:haneul/1")] == ["memo", "memo"]


def test_tokens_from_a_refresh_have_the_owner_of_the_refresh_token(sandbox: Sandbox, kakao: Kakao) -> None:
    sandbox.configure(
        memo_tokens=[],
        memo_owners={"refresh-1": "haneul"},
        refresh_tokens=["refresh-1", "refresh-2"],
        rotate_refresh_token=True,
    )

    first = kakao.refresh("refresh-1")
    again = kakao.refresh(first.refresh_token or "")
    other = kakao.refresh("refresh-2")
    for tokens in (first, again, other):
        kakao.send_to_me(tokens.access_token, MEMO)

    assert sandbox.memo_effects() == {"haneul": 2, "refresh-2": 1}
    assert len(sandbox.requests("token")) == 3


def test_a_rotation_ends_one_refresh_token_and_no_others(sandbox: Sandbox, kakao: Kakao) -> None:
    sandbox.configure(refresh_tokens=["refresh-1", "refresh-2"], rotate_refresh_token=True)

    kakao.refresh("refresh-1")

    with pytest.raises(KakaoError, match="KOE322"):
        kakao.refresh("refresh-1")
    assert kakao.refresh("refresh-2").refresh_token


def test_an_expired_token_is_refused_and_its_owners_next_one_is_taken(sandbox: Sandbox, kakao: Kakao) -> None:
    sandbox.configure(expired_tokens=["token-1"], memo_owners={"token-1": "haneul", "refresh-1": "haneul"})

    failed = refusal(kakao, "token-1")
    kakao.send_to_me(kakao.refresh("refresh-1").access_token, MEMO)

    assert (failed.code, failed.http_status, failed.known.refresh) == ("-401", 401, True)
    assert sandbox.memo_effects() == {"haneul": 1}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((-401, 401), (-402, 403), (-3, 403), (-4, 403), (-5, 403)),
        *((-1, 400), (-10, 400), (-532, 400), (-501, 400), (-9798, 503)),
    ],
)
def test_the_memos_of_one_owner_are_refused(sandbox: Sandbox, kakao: Kakao, code: int, status: int) -> None:
    sandbox.configure(memo_owners={"token-1": "haneul"}, memo_codes={"haneul": code})

    failed = refusal(kakao, "token-1")
    kakao.send_to_me("token-2", MEMO)

    assert (failed.code, failed.http_status) == (str(code), status)
    assert sandbox.memo_effects() == {"token-2": 1}


def test_a_memo_whose_answer_is_lost_is_counted_all_the_same(sandbox: Sandbox, kakao: Kakao) -> None:
    sandbox.script("memo", action="reset_after")
    sandbox.script("memo", action="reset_before")

    outcomes = [refusal(kakao, "token-1").known.outcome for _ in range(2)]

    assert outcomes == ["unknown", "unknown"]
    assert sandbox.memo_effects() == {"token-1": 1}


def test_memos_that_come_at_once_are_all_counted(sandbox: Sandbox, kakao: Kakao) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda turn: kakao.send_to_me(f"token-{turn % 4}", MEMO), range(80)))

    assert sandbox.memo_effects() == {f"token-{turn}": 20 for turn in range(4)}
