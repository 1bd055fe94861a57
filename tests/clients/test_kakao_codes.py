"""Kakao's code tables against a list written here a second time, by outcome and by flag."""

from typing import get_args

import pytest

from app.clients.codes import Code, Outcome
from app.clients.kakao_codes import KAPI_CODES, KAUTH_CODES, kapi_code, kauth_code

KAPI: dict[str, list[int]] = {
    "ok": [0],
    "retry": [-1, -7, -9798, -401],
    "unknown": [-603],
    "quota": [-10, -11, -531, -532, -533, -536],
    "recipient": [-4, -101, -103, -402, -405, -406, -501, -502, -504, -530],
    "request": [-2, -8, -102, -201, -602, -606, -911],
    "alert": [-3, -5, -6, -9, -12, -301, -903],
}
KAUTH: dict[str, list[str]] = {
    "retry": ["KOE003"],
    "quota": ["KOE237"],
    "recipient": ["KOE322"],
    "request": ["KOE310", "KOE319", "KOE320"],
    "alert": [
        *("KOE004", "KOE005", "KOE006", "KOE303", "KOE008", "KOE009", "KOE010", "KOE101", "KOE125"),
    ],
}
FLAGS: dict[int | str, dict[str, object]] = {
    -7: {"slow": True},
    -9798: {"slow": True},
    -11: {"review": True},
    -401: {"refresh": True},
    -531: {"hold_until": "1st", "holds": "owner"},
    -532: {"hold_until": "00:00", "holds": "owner"},
    -533: {"hold_until": "00:00", "holds": "row"},
    -536: {"hold_until": "00:00", "holds": "row"},
    "KOE237": {"hold_until": "10min", "holds": "owner"},
}
ALL: dict[int | str, Code] = {**KAPI_CODES, **KAUTH_CODES}


def test_every_kapi_code_has_its_outcome_and_no_other_is_known() -> None:
    expected = {code: outcome for outcome, codes in KAPI.items() for code in codes}

    assert {code: meaning.outcome for code, meaning in KAPI_CODES.items()} == expected


def test_every_kauth_code_has_its_outcome_and_no_other_is_known() -> None:
    expected = {code: outcome for outcome, codes in KAUTH.items() for code in codes}

    assert {code: meaning.outcome for code, meaning in KAUTH_CODES.items()} == expected


@pytest.mark.parametrize("code", ALL)
def test_every_code_has_its_flags_and_no_others(code: int | str) -> None:
    meaning = ALL[code]

    bare = Code(meaning.outcome, meaning.reason_code, meaning.ko, meaning.en, **FLAGS.get(code, {}))
    assert meaning == bare


@pytest.mark.parametrize("meaning", {*ALL.values()}, ids=lambda meaning: meaning.reason_code)
def test_every_meaning_is_complete(meaning: Code) -> None:
    assert meaning.outcome in get_args(Outcome)
    assert meaning.reason_code.replace("_", "").isalnum()
    assert meaning.reason_code.islower()
    for text in (meaning.ko, meaning.en):
        assert text.endswith(".")
        assert text.isprintable()
    assert any("가" <= char <= "힣" for char in meaning.ko)
    assert meaning.en.isascii()


def test_only_what_it_belongs_to_has_a_flag() -> None:
    for meaning in ALL.values():
        assert meaning.outcome == "quota" or (meaning.hold_until, meaning.holds) == (None, "sender")
        assert meaning.outcome == "retry" or not (meaning.refresh or meaning.slow)


@pytest.mark.parametrize("code", [1, 401, -99, -(2**40)])
def test_a_kapi_code_in_no_table_is_unknown(code: int) -> None:
    assert (kapi_code(code).outcome, kapi_code(code).reason_code) == ("unknown", "unknown_code")


@pytest.mark.parametrize("code", ["", "KOE", "KOE999", "koe322", "322", " KOE322"])
def test_a_kauth_code_in_no_table_is_unknown(code: str) -> None:
    assert (kauth_code(code).outcome, kauth_code(code).reason_code) == ("unknown", "unknown_code")


@pytest.mark.parametrize(
    ("code", "reason_code"),
    [
        ("KOE322", "login_expired"),
        (-401, "token_rejected"),
        (-402, "consent_missing"),
        (-532, "sender_daily_quota"),
    ],
)
def test_the_reason_codes_that_others_rely_on_are_stable(code: int | str, reason_code: str) -> None:
    assert ALL[code].reason_code == reason_code
