"""The code tables against the dealer's list, written here a second time and by outcome."""

from typing import get_args

import pytest

from app.clients.alimtalk_codes import API_CODES, DELIVERY_CODES, api_code, delivery_code
from app.clients.codes import Code, Outcome, numbers, table

API: dict[str, list[int]] = {
    "ok": [0],
    "retry": [-7000, -9999],
    "quota": [-1017],
    "recipient": [-3301, -4019, -5000],
    "duplicate": [-1005],
    "unknown": [-1031],
    "alert": [
        *(-1000, -4004, -4005, -1001, -1002, -1003, -1019, -2502, -1006, -1014, -2017, -1024, -1027, -1030),
        *(-3003, -3005, -9992),
    ],
    "request": [
        *(4, -1016, -2028, -4103, -4104, -1028, -2000, -2001, -2002, -2003, -2004, -2005),
        *(-2018, -2504, -3011, -3033, -3103, -2019, -2032, -2035, -3048, -2025, -2026, -2027, -2029, -2501),
        *(-3000, -3001, -3002, -3006, -3007, -3008, -3009, -3004, -3049, -3324, -3347),
        *(-3010, -3042, -3043, -3046, -4000, -4003, -4017, -4101, -4011, -8006, -8008),
        *(-9993, -9994, -9996, -9997, -9998),
    ],
}
DELIVERY: dict[str, list[int]] = {
    "ok": [1000],
    "retry": [2001, 2005, 3000, 3006, 3010, 3012, 4137, 4139, 4140, 4141, 4142, 4143, 9998, 9999],
    "quota": [3022, 4138, 4156],
    "recipient": [1012, 1015, 1020, 3008, 3018, 3019, 3020, 3021],
    "duplicate": [4131],
    "unknown": [3005, 4000, 4001, 4122, 4161],
    "alert": [
        *(1002, 1003, 1006, 1007, 1011, 1013, 1014, 1016, 4103, 4104),
        *(1021, 1022, 1023, 1024, 1025, 1027, 1028, 2003, 3015, 4133, 4134),
    ],
    "request": [
        *(1001, 1004, 1030, 1033, 3011, 3013, 3023, 4100, 4101, 4110, 4120, 4121, 3014, 3016),
        *(3024, 3025, 3026, 3027, 3028, 3029, 3030, 3031, 3032, 3033, 3034, 3035, 3036, 3037, 3038, 3039),
        *(3040, 3041, 3042, 3043, 3044, 3045, 3046, 3047, 3048),
        *(3050, 3051, 3052, 3053, 3054, 3055, 3056, 3057, 3058, 4102, 4132, 4144, 4130),
    ],
}


def test_every_api_code_has_its_outcome_and_no_other_is_known() -> None:
    expected = {code: outcome for outcome, codes in API.items() for code in codes}

    assert {code: meaning.outcome for code, meaning in API_CODES.items()} == expected


def test_every_delivery_code_has_its_outcome_and_no_other_is_known() -> None:
    expected = {str(code): outcome for outcome, codes in DELIVERY.items() for code in codes}

    assert {code: meaning.outcome for code, meaning in DELIVERY_CODES.items()} == expected


@pytest.mark.parametrize(
    "meaning", {*API_CODES.values(), *DELIVERY_CODES.values()}, ids=lambda m: m.reason_code
)
def test_every_meaning_is_complete(meaning: Code) -> None:
    assert meaning.outcome in get_args(Outcome)
    assert meaning.reason_code.replace("_", "").isalnum()
    assert meaning.reason_code.islower()
    for text in (meaning.ko, meaning.en):
        assert text.endswith(".")
        assert text.isprintable()
    assert any("가" <= char <= "힣" for char in meaning.ko)
    assert meaning.en.isascii()


@pytest.mark.parametrize("code", [1, -1, 1000, -3012, -1032, 2**40])
def test_an_api_code_in_no_table_is_unknown(code: int) -> None:
    assert (api_code(code).outcome, api_code(code).reason_code) == ("unknown", "unknown_code")


@pytest.mark.parametrize("code", ["", "0", "K101", "3049", "01000", " 1000", "1000.0"])
def test_a_delivery_code_in_no_table_is_unknown_and_for_review(code: str) -> None:
    meaning = delivery_code(code)

    assert (meaning.outcome, meaning.reason_code, meaning.review) == ("unknown", "unknown_code", True)


def test_the_flags_stand_where_the_documentation_has_more_than_an_outcome() -> None:
    codes = {**API_CODES, **{int(code): meaning for code, meaning in DELIVERY_CODES.items()}}

    assert {code for code, meaning in codes.items() if meaning.review} == {-1028}
    assert {code for code, meaning in codes.items() if meaning.scope} == {-3003, -3005, 3015, 4133, 4134}
    assert {code for code, meaning in codes.items() if meaning.poll} == {4000, 4001, 4122, 4161}
    assert {code for code, meaning in codes.items() if meaning.may_recover} == {3018}
    assert {code: meaning.hold_until for code, meaning in codes.items() if meaning.hold_until} == {
        -1017: "00:00",
        3022: "08:00",
    }
    assert {code for code, meaning in codes.items() if meaning.holds != "sender"} == set()
    assert {code for code, meaning in codes.items() if meaning.refresh or meaning.slow} == set()


def test_a_range_has_both_its_ends_whichever_comes_first() -> None:
    assert numbers("-2000..-2002 7 3..4") == [-2002, -2001, -2000, 7, 3, 4]


def test_a_code_in_two_rows_is_a_mistake_in_the_table() -> None:
    row = ("1 2", "ok", "sent", "전송되었습니다.", "Sent.")
    other = ("2..3", "retry", "kakao_error", "오류입니다.", "Failed.")

    with pytest.raises(ValueError, match="code 2 stands in two rows"):
        table((row, other), numbers)


@pytest.mark.parametrize(
    ("code", "reason_code"),
    [
        ("3019", "not_kakaotalk_user"),
        ("3020", "blocked_by_user"),
        ("9999", "provider_error"),
        ("1000", "delivered"),
    ],
)
def test_the_reason_codes_that_others_rely_on_are_stable(code: str, reason_code: str) -> None:
    assert delivery_code(code).reason_code == reason_code


def test_a_wrong_template_parameter_has_a_word_of_its_own() -> None:
    assert api_code(-3004).reason_code == "bad_template_parameter"
