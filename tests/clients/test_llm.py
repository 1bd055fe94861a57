"""The client of chat completions: what it sends, and every odd thing that may come back."""

import json
from typing import Any

import pytest
from flask import Flask
from raw_server import Script, drips, hangs, resets, response, says, serving

from app.clients.llm import Completion, Llm, LlmError

MESSAGES = [{"role": "user", "content": "계획"}]
SCHEMA = {"type": "object"}
GOOD = {"items": [], "note": "좋아요"}


def llm(url: str) -> Llm:
    app = Flask("test")
    app.config.update(
        LLM_BASE_URL=f"{url}/v1/", LLM_API_KEY="LLM_KEY_EXAMPLE", LLM_MODEL="some-model", WEB_THREADS=4
    )
    client = Llm()
    client.init_app(app)
    return client


def completion(content: Any, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}
    return {
        "id": "x",
        "object": "chat.completion",
        "model": "some-model-1",
        "choices": [choice],
        "usage": usage,
    } | more


def answers(body: object, status: str = "200 OK", *headers: str) -> Script:
    return says(response(json.dumps(body).encode(), status, *headers))


def complete(script: Script, deadline_s: float = 5) -> Completion:
    with serving(script) as server:
        return llm(server.url).complete(MESSAGES, SCHEMA, deadline_s)


def fails(script: Script, deadline_s: float = 5) -> LlmError:
    with pytest.raises(LlmError) as caught:
        complete(script, deadline_s)
    return caught.value


def test_a_question_is_sent_as_the_reference_says() -> None:
    with serving(answers(completion(json.dumps(GOOD)))) as server:
        found = llm(server.url).complete(MESSAGES, SCHEMA, 5)
        [request] = server.requests

    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert b"Authorization: Bearer LLM_KEY_EXAMPLE" in head
    asked = json.loads(body)
    assert (asked["model"], asked["messages"]) == ("some-model", MESSAGES)
    assert asked["response_format"]["json_schema"] == {"name": "plan", "strict": True, "schema": SCHEMA}
    assert asked["temperature"] <= 0.3
    assert (found.value, found.model) == (GOOD, "some-model-1")
    assert (found.prompt_tokens, found.completion_tokens) == (7, 9)
    assert found.text == json.dumps(GOOD)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (completion("not json"), "NOT_JSON"),
        (completion('{"a": NaN}'), "NOT_JSON"),
        (completion('{"a": 1e999}'), "NOT_JSON"),
        (completion("[" * 100_000), "NOT_JSON"),
        (completion(""), "NOT_JSON"),
        (completion(None), "NO_CONTENT"),
        (completion({"a": 1}), "NO_CONTENT"),
        ({"choices": []}, "NO_CONTENT"),
        ({"choices": {}}, "NO_CONTENT"),
        ({"choices": [7]}, "NO_CONTENT"),
        ([], "NO_CONTENT"),
        (7, "NO_CONTENT"),
        ({"choices": [{"message": {"content": None, "refusal": "no"}}]}, "REFUSED"),
        ({"choices": [{"message": {"content": "{"}, "finish_reason": "length"}]}, "CUT_OFF"),
    ],
)
def test_an_answer_that_cannot_be_read_is_invalid(content: object, code: str) -> None:
    error = fails(answers(content))

    assert (error.kind, error.code) == ("invalid", code)


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "429 Too Many Requests", "500 No"])
def test_a_refusal_is_an_error(status: str) -> None:
    error = fails(answers({"error": {"message": "no"}}, status, "Retry-After: 20"))

    assert (error.kind, error.code) == ("error", f"HTTP_{status[:3]}")


def test_a_body_without_end_is_an_error() -> None:
    error = fails(says(response(b"x" * (2 << 20))))

    assert (error.kind, error.code) == ("error", "TOO_LARGE")


def test_html_is_invalid() -> None:
    error = fails(says(response(b"<html>hello</html>")))

    assert (error.kind, error.code) == ("invalid", "NO_CONTENT")


@pytest.mark.parametrize("script", [hangs, drips(response(b"x" * 500), 0.05)])
def test_an_answer_that_does_not_come_in_time_is_a_timeout(script: Script) -> None:
    error = fails(script, 0.4)

    assert (error.kind, error.code) == ("timeout", "TIMEOUT")


def test_a_lost_connection_is_an_error() -> None:
    assert (fails(resets).kind, fails(resets).code) == ("error", "CONNECTION_ERROR")


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(LlmError) as caught:
        llm("http://127.0.0.1:9").complete(MESSAGES, SCHEMA, 5)

    assert (caught.value.kind, caught.value.code) == ("error", "CONNECTION_ERROR")


def test_no_error_tells_the_key_or_the_words() -> None:
    said = " ".join(repr(fails(each)) for each in (resets, answers(completion("no")), answers({}, "500 No")))

    assert "LLM_KEY" not in said and "계획" not in said
