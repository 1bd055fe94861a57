"""What every route makes of a body and a query that are not as they should be."""

from io import BytesIO
from typing import Any

import pytest
from openapi_client import SpecClient
from probe import KIB

from app.strict_json import MAX_DEPTH

DEEP = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH


def pointers(response: Any) -> list[str]:
    return [error["pointer"] for error in response.json["errors"]]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"name": 1}', ["#/name"]),
        (b'{"nam": "x"}', ["#/nam"]),
        (b'{"flag": "yes"}', ["#/flag"]),
        (b'{"flag": 1}', ["#/flag"]),
        (b'{"sets": [{"reps": 1}, {"reps": "5"}, {"reps": 5.5}, {"reps": 101}]}',
         ["#/sets/1/reps", "#/sets/2/reps", "#/sets/3/reps"]),
        (b'{"sets": [{}]}', ["#/sets/0/reps"]),
        (b'{"weight_kg": 500.5}', ["#/weight_kg"]),
        (b'{"weight_kg": 1.0001}', ["#/weight_kg"]),
        (b'{"weight_kg": "40"}', ["#/weight_kg"]),
        (b'{"weight_kg": 1e300}', ["#/weight_kg"]),
        (b'{"weight_kg": 1e-300}', ["#/weight_kg"]),
        (b'{"a/b": 1}', ["#/a~1b"]),
        ('{"이름": 1}'.encode(), ["#/%EC%9D%B4%EB%A6%84"]),
        (b'{"loads": {"DUMBBELL": [1, "2"], "PLATE": 3}}', ["#/loads/DUMBBELL/1", "#/loads/PLATE"]),
        (b'{"loads": 1}', ["#/loads"]),
        (b"[]", ["#"]),
        (b"null", ["#"]),
        (b'"text"', ["#"]),
        (b'{"name": "a\\u0000b"}', ["#/name"]),
        (b'{"name": "\\ud800"}', ["#/name"]),
        (b'{"anything": {"x": ["\\u0000"]}}', ["#/anything/x/0"]),
        (b'{"anything": {"a\\u0000": 1}}', ["#/anything"]),
        (b'{"anything": 9223372036854775808}', ["#/anything"]),
        (b'{"anything": -9223372036854775809}', ["#/anything"]),
        (b'{"anything": 1e999}', ["#/anything"]),
        (b'{"anything": NaN}', ["#"]),
        (b'{"anything": Infinity}', ["#"]),
        (b'{"anything": ' + b"9" * 5000 + b"}", ["#"]),
        (b'{"anything": ' + DEEP + b"}", ["#/anything" + "/0" * (MAX_DEPTH - 1)]),
        (b"[" * 100_000 + b"]" * 100_000, ["#"]),
        (b"{", ["#"]),
        (b'{"name": "\xff"}', ["#"]),
        ('{"name": "x"}'.encode("utf-16"), ["#"]),
    ],
)  # fmt: skip
def test_a_bad_body_is_400_with_pointers(probe: SpecClient, body: bytes, found: list[str]) -> None:
    response = probe.post("/probe/echo", data=body, content_type="application/json")

    assert (response.status_code, response.json["code"]) == (400, "validation")
    assert pointers(response) == found


def test_a_body_of_many_faults_is_answered_briefly(probe: SpecClient) -> None:
    response = probe.post("/probe/echo", json={f"field{number}": 1 for number in range(1000)})

    assert len(response.json["errors"]) == 50


def test_numbers_at_the_edge_pass(probe: SpecClient) -> None:
    body = {"weight_kg": 42.125, "anything": 2**63 - 1, "sets": [{"reps": 5.0}]}

    assert probe.post("/probe/echo", json=body).json == {"seen": ["anything", "sets", "weight_kg"]}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_sent_as_json_is_415(probe: SpecClient, content_type: str | None) -> None:
    response = probe.post("/probe/echo", data=b'{"name": "x"}', content_type=content_type)

    assert (response.status_code, response.json["code"]) == (415, "unsupported_media_type")


def test_a_charset_or_no_body_at_all_is_no_fault(probe: SpecClient) -> None:
    sent = probe.post("/probe/echo", data=b"{}", content_type="application/json; charset=utf-8")

    assert sent.status_code == 200
    assert probe.post("/probe/echo").json == {"seen": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=0", ["#/limit"]),
        ("limit=201", ["#/limit"]),
        ("limit=ten", ["#/limit"]),
        ("limit=5&limit=7", ["#/limit"]),
        ("limit=1_0", ["#/limit"]),
        ("limit=%2B5", ["#/limit"]),
        ("limit=%205", ["#/limit"]),
        ("limit=%D9%A5", ["#/limit"]),
        ("limit=05", ["#/limit"]),
        ("limit=" + "9" * 5000, ["#/limit"]),
        ("offset=10", ["#/offset"]),
        ("cursor=a%00b", ["#/cursor"]),
    ],
)
def test_a_bad_query_is_400(probe: SpecClient, query: str, found: list[str]) -> None:
    response = probe.get(f"/probe/list?{query}")

    assert (response.status_code, pointers(response)) == (400, found)


@pytest.mark.parametrize(("path", "limit"), [("/probe/echo", 256 * KIB), ("/probe/large", 2 * KIB * KIB)])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_413(probe: SpecClient, path: str, limit: int, chunked: bool) -> None:
    def post(size: int) -> Any:
        body = b'{"name": "' + b"x" * (size - 12) + b'"}'
        if not chunked:
            return probe.post(path, data=body, content_type="application/json")
        ended = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        return probe.post(
            path, input_stream=BytesIO(body), content_type="application/json", environ_overrides=ended
        )

    assert post(limit).status_code == 200
    refused = post(limit + 1)

    assert (refused.status_code, refused.json["code"]) == (413, "too_large")


def test_a_large_body_is_413_where_none_is_read(probe: SpecClient) -> None:
    assert probe.post("/nowhere", data=b"x" * (256 * KIB + 1)).status_code == 413


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("/probe/operator?date=2026-11-23&a/b=", b"", ["#/date", "#/a~1b"]),
        ("/probe/operator", b'{"date": "2026-11-23"}', ["#/date"]),
        ("/probe/operator", b"[]", ["#"]),
        ("/probe/operator", b"date=2026-11-23", ["#"]),
        ("/probe/client?date=2026-11-23", b"{}", ["#/date"]),
    ],
)
def test_fields_where_none_are_taken_are_unknown(
    probe: SpecClient, as_operator: dict[str, str], path: str, body: bytes, found: list[str]
) -> None:
    method = "GET" if "operator" in path else "POST"

    refused = probe.open(path, method=method, data=body, content_type="application/json", headers=as_operator)
    unproved = probe.open(path, method=method, data=body, content_type="application/json")

    assert (refused.status_code, pointers(refused), unproved.status_code) == (400, found, 401)


@pytest.mark.parametrize("body", [b"", b"{}", b" {} "])
def test_a_body_without_fields_is_as_good_as_none(
    probe: SpecClient, as_operator: dict[str, str], body: bytes
) -> None:
    response = probe.get("/probe/operator", data=body, headers=as_operator)

    assert response.status_code == 200
