"""The sandbox's memo API, tokens, LLM, page, templates and command line."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from dev.sandbox.client import ROOT, Sandbox
from dev.sandbox.templates import Template

LINK = {"web_url": "https://coach.example.com/p/1", "mobile_web_url": "https://coach.example.com/m/1"}
TEXT = {"object_type": "text", "text": "오늘 운동이에요.", "link": LINK, "button_title": "보기"}


def memo(sandbox: Sandbox, template: Any, token: str = "token-1") -> requests.Response:
    url = f"{sandbox.base_url}/v2/api/talk/memo/default/send"
    text = template if isinstance(template, str) else json.dumps(template)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.post(url, data={"template_object": text}, headers=headers, timeout=10)


def refresh(sandbox: Sandbox, **changes: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "refresh-1"} | changes
    return requests.post(f"{sandbox.base_url}/oauth/token", data=form, timeout=10)


def complete(sandbox: Sandbox, *messages: str, key: str = "llm-key") -> requests.Response:
    body = {"model": "coach-1", "messages": [{"role": "user", "content": text} for text in messages]}
    headers = {"Authorization": f"Bearer {key}"}
    return requests.post(f"{sandbox.base_url}/v1/chat/completions", json=body, headers=headers, timeout=10)


def content_of(answer: requests.Response) -> str:
    return answer.json()["choices"][0]["message"]["content"]


def test_a_memo_is_taken(sandbox: Sandbox) -> None:
    answer = memo(sandbox, TEXT)

    assert (answer.status_code, answer.json()) == (200, {"result_code": 0})
    (message,) = sandbox.messages("memo:token-1")
    assert (message.channel, message.text, message.status) == ("memo", "오늘 운동이에요.", "delivered")
    assert message.buttons == [{"name": "보기", "url": "https://coach.example.com/m/1"}]
    assert sandbox.requests("memo")[0].form["template_object"] == json.dumps(TEXT)


def test_feed_and_list_memos_are_taken(sandbox: Sandbox) -> None:
    buttons = [{"title": "요약", "link": LINK}, {"title": "계획", "link": LINK}]
    feed = {"object_type": "feed", "content": {"title": "주간", "description": "3회"}, "buttons": buttons}
    listed = {
        "object_type": "list",
        "header_title": "오늘",
        "header_link": LINK,
        "contents": [{"title": "스쿼트"}],
    }

    assert [memo(sandbox, one).status_code for one in (feed, listed)] == [200, 200]
    first, second = sandbox.messages()
    assert (first.text, [one["name"] for one in first.buttons]) == ("주간\n3회", ["요약", "계획"])
    assert (second.text, [one["name"] for one in second.buttons]) == ("오늘\n스쿼트", ["자세히 보기"])


@pytest.mark.parametrize(
    "template",
    ["no json", "[]", {"object_type": "text"}, {"object_type": "none"}, TEXT | {"buttons": [{}, {}, {}]}],
)
def test_a_wrong_template_object_is_refused(sandbox: Sandbox, template: Any) -> None:
    answer = memo(sandbox, template)

    assert (answer.status_code, answer.json()) == (400, {"msg": "template_object is invalid", "code": -2})
    assert sandbox.messages() == []


def test_an_expired_token_is_refused_until_it_is_refreshed(sandbox: Sandbox) -> None:
    sandbox.configure(memo_tokens=[], refresh_tokens=["refresh-1"], token_expires_in=7199)
    assert (memo(sandbox, TEXT).status_code, memo(sandbox, TEXT).json()["code"]) == (401, -401)

    answer = refresh(sandbox).json()

    token = answer.pop("access_token")
    assert answer == {"token_type": "bearer", "expires_in": 7199}
    assert memo(sandbox, TEXT, token).json() == {"result_code": 0}
    assert memo(sandbox, TEXT, "").status_code == 401


def test_a_rotated_refresh_token_replaces_the_old_one(sandbox: Sandbox) -> None:
    sandbox.configure(refresh_tokens=["refresh-1"], rotate_refresh_token=True)

    answer = refresh(sandbox).json()

    assert answer["refresh_token_expires_in"] == 5184000
    assert refresh(sandbox).json()["error_code"] == "KOE322"
    assert refresh(sandbox, refresh_token=answer["refresh_token"]).status_code == 200


def test_wrong_refreshes_are_refused(sandbox: Sandbox) -> None:
    sandbox.configure(client_id="app", client_secret="secret", refresh_tokens=["refresh-1"])
    good = {"client_secret": "secret"}

    assert refresh(sandbox, **good).status_code == 200
    wrong: list[dict[str, str]] = [
        {"refresh_token": "other"},
        {"client_id": "other"},
        {"client_secret": "other"},
        {"grant_type": "password"},
        {"refresh_token": ""},
    ]
    answers = [refresh(sandbox, **(good | change)) for change in wrong]
    expected = [(400, "KOE322"), (401, "KOE101"), (401, "KOE010"), (400, "KOE310"), (400, "KOE319")]
    assert [(one.status_code, one.json()["error_code"]) for one in answers] == expected
    assert answers[0].json().keys() == {"error", "error_description", "error_code"}


def test_kakao_errors_are_scripted(sandbox: Sandbox) -> None:
    sandbox.memo_error(-10)
    sandbox.token_error("KOE237")

    assert (memo(sandbox, TEXT).status_code, memo(sandbox, TEXT).status_code) == (400, 200)
    assert refresh(sandbox).json()["error_code"] == "KOE237"


def test_the_llm_echoes_the_base_plan(sandbox: Sandbox) -> None:
    base = {"items": [{"exercise": "squat", "sets": 3}]}
    prompt = f'규칙입니다.\n```json\n{{"rules": 1}}\n```\n```json\n{json.dumps({"base": base})}\n```\n끝.'

    answer = complete(sandbox, "무시됩니다", prompt)

    body = answer.json()
    assert (body["object"], body["model"], body["choices"][0]["finish_reason"]) == (
        *("chat.completion", "coach-1"),
        "stop",
    )
    assert json.loads(content_of(answer)) == base


def test_the_llm_says_what_it_is_told(sandbox: Sandbox) -> None:
    sandbox.llm_says({"items": []})
    sandbox.llm_says("not json")
    sandbox.script("llm", status=500, body={"error": {"message": "overloaded"}})

    answers = [complete(sandbox, "안녕") for _ in range(4)]

    assert json.loads(content_of(answers[0])) == {"items": []}
    assert content_of(answers[1]) == "not json"
    assert (answers[2].status_code, answers[2].json()["error"]["message"]) == (500, "overloaded")
    assert content_of(answers[3]) == "{}"


def test_the_llm_checks_key_and_body(sandbox: Sandbox) -> None:
    sandbox.configure(llm_key="llm-key")

    refused = complete(sandbox, "안녕", key="other")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
    url = f"{sandbox.base_url}/v1/chat/completions"
    empty = requests.post(url, json={}, headers={"Authorization": "Bearer llm-key"}, timeout=10)
    assert empty.status_code == 400 and "message" in empty.json()["error"]


def test_the_page_holds_no_data_and_loads_nothing_from_outside(sandbox: Sandbox) -> None:
    memo(sandbox, TEXT | {"text": "<script>alert(1)</script>"})

    page = requests.get(sandbox.base_url, timeout=10)
    names = ("page.js", "bubbles.js", "page.css", "icon.svg")
    parts = [requests.get(f"{sandbox.base_url}/static/{name}", timeout=10) for name in names]

    assert "alert(1)" not in page.text and 'lang="ko"' in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert [part.status_code for part in parts] == [200] * 4
    assert not any("innerHTML" in part.text for part in parts)
    assert not any("://" in part.text.replace('xmlns="http://www.w3.org/', "") for part in (page, *parts))
    assert sandbox.messages()[0].text == "<script>alert(1)</script>"


def test_it_is_healthy_and_says_no_to_unknown_paths(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.base_url}/healthz", timeout=10).status_code == 200
    assert requests.get(f"{sandbox.base_url}/nothing", timeout=10).status_code == 404


def test_a_template_is_filled_in() -> None:
    button = {"name": "보기", "url": "https://coach.example.com/#{token}"}
    template = Template("PLAN", "#{name}님, #{when}", (button,), ("name", "when", "token"))
    parameters = {"name": "하늘", "when": "#{name}", "token": "t"}

    assert template.render(parameters) == "하늘님, #{name}"
    assert template.render_buttons(parameters) == [{"name": "보기", "url": "https://coach.example.com/t"}]


def test_the_apps_templates_are_used_when_there_are_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dev.sandbox import templates

    monkeypatch.setattr(templates, "APP_FILE", tmp_path / "templates.py")
    assert templates.load() == {}
    templates.APP_FILE.write_text(
        "from types import SimpleNamespace as One\n"
        "TEMPLATES = {'notice': One(setting='NOTICE_CODE', text='#{body}', buttons=('완료',))}\n"
    )
    monkeypatch.setenv("NOTICE_CODE", "N_01")

    found = templates.load()

    assert found.keys() == {"N_01"}
    assert found["N_01"].variables == ("body",)
    assert found["N_01"].render_buttons({}) == [{"name": "완료", "url": ""}]


def test_the_command_line_explains_itself() -> None:
    command = [sys.executable, "-m", "dev.sandbox", "--help"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)

    options = ("--port", "--host", "--webhook-url", "--webhook-signature", "--app-key", "--secret-key")
    chat = ("--app-url", "--skill-token", "--admin-key", "--app-id", "--bot-id")
    assert all(option in answer.stdout for option in (*options, *chat, "--sender-key", "--latency-ms"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_at_once_even_with_a_request_hanging(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "dev.sandbox"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Sandbox on ").strip()
        with Sandbox(address) as sandbox:
            sandbox.script("memo", action="hang")
            with pytest.raises(requests.ReadTimeout):
                requests.post(f"{address}/v2/api/talk/memo/default/send", timeout=0.1)

        process.send_signal(number)

        assert process.wait(5) == 0


def test_it_ends_with_the_process_that_started_it() -> None:
    command = [sys.executable, "-m", "dev.sandbox", "--exit-with-stdin"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline().startswith(b"Sandbox on ")

        process.stdin.close()

        assert process.wait(5) == 0
