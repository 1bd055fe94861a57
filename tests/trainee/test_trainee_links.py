"""Tokens of the trainee's page: what is signed, with which key, and that nothing else is taken."""

import re
import string
from hashlib import sha256
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer
from itsdangerous.encoding import base64_encode

from app.domain.links import page_address, plan_id_of, token_for

KEYS = ["new-key-of-the-tests-000001", "old-key-of-the-tests-000001"]
PLAN = UUID("0192f0c1-2345-7abc-8def-0123456789ab")
TOKEN = token_for(KEYS, PLAN)
plan_ids = st.uuids()


@given(plan_ids)
def test_a_token_names_its_plan_and_nothing_else(plan_id: UUID) -> None:
    token = token_for(KEYS, plan_id)

    assert plan_id_of(KEYS, token) == plan_id
    assert re.fullmatch(r"[\w-]{22}\.[\w-]{43}", token, re.ASCII)


def test_the_first_key_signs_and_all_of_them_verify() -> None:
    new, old = KEYS

    assert token_for([new], PLAN) == TOKEN != token_for([old], PLAN)
    assert plan_id_of(KEYS, token_for([old], PLAN)) == PLAN
    assert plan_id_of([old, new], TOKEN) == PLAN


def test_a_key_that_was_taken_away_verifies_no_more() -> None:
    assert plan_id_of(KEYS[1:], TOKEN) is None


@given(st.integers(0, len(TOKEN) - 1), st.characters(exclude_categories=[]))
def test_a_token_with_another_character_is_refused(place: int, character: str) -> None:
    altered = TOKEN[:place] + character + TOKEN[place + 1 :]

    assert plan_id_of(KEYS, altered) == (PLAN if altered == TOKEN else None)


def test_no_single_character_can_be_replaced() -> None:
    alphabet = string.ascii_letters + string.digits + "-_.=+/ \n"
    altered = {
        TOKEN[:place] + character + TOKEN[place + 1 :]
        for place in range(len(TOKEN))
        for character in alphabet
    } - {TOKEN}

    assert {token for token in altered if plan_id_of(KEYS, token)} == set()


@given(st.integers(0, len(TOKEN)), st.text(min_size=1, max_size=4))
def test_a_longer_token_is_refused(place: int, more: str) -> None:
    assert plan_id_of(KEYS, TOKEN[:place] + more + TOKEN[place:]) is None


@given(st.integers(0, len(TOKEN) - 1), st.integers(1, 4))
def test_a_shorter_token_is_refused(place: int, count: int) -> None:
    assert plan_id_of(KEYS, TOKEN[:place] + TOKEN[place + count :]) is None


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    assert plan_id_of(KEYS, text) is None


def test_the_id_of_one_plan_and_the_signature_of_another_are_refused() -> None:
    other = token_for(KEYS, uuid4())

    assert plan_id_of(KEYS, f"{TOKEN.split('.')[0]}.{other.split('.')[1]}") is None


def test_what_is_signed_for_another_purpose_is_refused() -> None:
    ours = {"key_derivation": "hmac", "digest_method": sha256}
    value = base64_encode(PLAN.bytes)
    foreign = [Signer(KEYS[0], **ours), Signer(KEYS[0], salt=b"another purpose", **ours)]

    assert {plan_id_of(KEYS, signer.sign(value).decode()) for signer in foreign} == {None}


def test_a_signed_value_that_is_no_id_is_refused() -> None:
    signer = Signer(KEYS[0], salt=b"trainee page", key_derivation="hmac", digest_method=sha256)
    assert signer.sign(base64_encode(PLAN.bytes)).decode() == TOKEN

    odd = signer.sign(base64_encode(b"x")).decode()

    assert plan_id_of(KEYS, odd) is None


def test_the_address_is_the_services_own() -> None:
    assert page_address("https://coach.test/", KEYS, PLAN) == f"https://coach.test/t/{TOKEN}"
