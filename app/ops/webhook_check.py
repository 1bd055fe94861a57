"""`flask ops webhook-check`: do the addresses that Kakao and the dealer call answer as they must."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import click
from flask import current_app
from flask.cli import with_appcontext

from app.ops.deployment import Answer, BaseUrl, Deployment, Wrong
from app.ops.output import Line, reports

CALL_S = 10.0
NOBODY = "0"  # no account at Kakao has it
NO_SECRET = "wrong-secret-of-a-check"  # noqa: S105


class Hook(NamedTuple):
    """An address: who calls it how, with which proof, how long they wait, and what is a right answer."""

    name: str
    method: str
    path: str
    header: str
    scheme: str
    setting: str
    within_s: float
    content: Callable[[Mapping[str, Any]], dict[str, Any]]
    is_right: Callable[[dict[str, Any]], bool]


def _skill(_config: Mapping[str, Any]) -> dict[str, Any]:
    """A stranger who asks for help: they are told how to join."""
    who = {"id": "webhook-check", "type": "botUserKey", "properties": {"botUserKey": "webhook-check"}}
    asked = {"utterance": "도움말", "user": who, "timezone": "Asia/Seoul", "lang": "ko"}
    return {
        "json": {
            "userRequest": asked | {"block": {"id": "webhook-check", "name": "check"}},
            "bot": {"id": _config["KAKAO_BOT_ID"] or "webhook-check"},
            "action": {"name": "check", "params": {}, "clientExtra": {}},
        }
    }


def _channel(_config: Mapping[str, Any]) -> dict[str, Any]:
    body = {"event": "added", "id": NOBODY, "id_type": "app_user_id", "updated_at": "2020-01-01T00:00:00Z"}
    return {"json": body | {"channel_public_id": "_check", "channel_uuid": "@check"}}


def _unlink(config: Mapping[str, Any]) -> dict[str, str]:
    app_id = config["KAKAO_APP_ID"] or "0"
    return {"app_id": app_id, "user_id": NOBODY, "referrer_type": "UNLINK_FROM_APPS"}


def _results(_config: Mapping[str, Any]) -> dict[str, Any]:
    """A result of a request that nobody made."""
    hook = {
        "hookId": f"check-{uuid4()}",
        "requestId": f"check-{uuid4()}",
        "recipientSeq": 1,
        "resultCode": "1000",
    }
    return {"json": {"hooks": [hook]}}


def _is_ack(answer: dict[str, Any]) -> bool:
    return answer == {"status": "ok"}


def _is_skill(answer: dict[str, Any]) -> bool:
    return answer.get("version") == "2.0" and bool(answer.get("template", {}).get("outputs"))


ADMIN = ("Authorization", "KakaoAK ", "KAKAO_ADMIN_KEYS")
# The times are those of the providers: 5 s for a skill, 3 s for what Kakao tells, 5 s for results.
HOOKS = (
    Hook(
        *("skill", "POST", "/webhooks/kakao/skill", "X-Skill-Token", "", "KAKAO_SKILL_TOKENS", 5.0),
        content=_skill,
        is_right=_is_skill,
    ),
    Hook(*("channel", "POST", "/webhooks/kakao/channel", *ADMIN, 3.0), content=_channel, is_right=_is_ack),
    Hook(
        *("unlink", "POST", "/webhooks/kakao/unlink", *ADMIN, 3.0),
        content=lambda config: {"data": _unlink(config)},
        is_right=_is_ack,
    ),
    Hook(
        *("unlink (GET)", "GET", "/webhooks/kakao/unlink", *ADMIN, 3.0),
        content=lambda config: {"params": _unlink(config)},
        is_right=_is_ack,
    ),
    Hook(
        *("results", "POST", "/webhooks/alimtalk/results", "X-Toast-Webhook-Signature", ""),
        *("KAKAO_RESULT_SIGNATURES", 5.0),
        content=_results,
        is_right=_is_ack,
    ),
)


@click.command("webhook-check", short_help="Check the addresses that Kakao and the dealer call.")
@click.option("--base-url", type=BaseUrl(), required=True, help="Such as https://coach.example.com.")
@with_appcontext
@reports
def webhook_check(base_url: str) -> list[Line]:
    """Check the addresses that Kakao and the dealer call: https, no redirect, proof, answer and time.

    Each is asked with a wrong secret, which must be a 401, and with that of this environment, about a person
    and a message that nobody knows: nothing changes but a row of the event.
    """
    deployment = Deployment(base_url, CALL_S)
    return [_https(deployment), *(line for hook in HOOKS for line in _check(deployment, hook))]


def _https(deployment: Deployment) -> Line:
    scheme = urlsplit(deployment.base_url).scheme
    if scheme == "https" or deployment.is_local:
        return Line(True, "https", scheme if scheme == "https" else f"{scheme}, on this machine")
    return Line(False, "https", "Kakao and the dealer call https only")


def _check(deployment: Deployment, hook: Hook) -> list[Line]:
    secrets = current_app.config[hook.setting]
    if not secrets:
        return [Line(False, hook.name, f"there is no secret in {hook.setting}")]
    return [
        _asked(f"{hook.name}, wrong secret", deployment, hook, NO_SECRET),
        _asked(hook.name, deployment, hook, secrets[0]),
    ]


def _asked(name: str, deployment: Deployment, hook: Hook, secret: str) -> Line:
    headers = {hook.header: f"{hook.scheme}{secret}", "X-Kakao-Resource-ID": f"check-{uuid4()}"}
    content = hook.content(current_app.config)
    try:
        answer = deployment.ask(hook.method, hook.path, headers=headers, **content)
        return Line(True, name, _judged(answer, hook, is_proved=secret != NO_SECRET))
    except Wrong as wrong:
        return Line(False, name, str(wrong))


def _judged(answer: Answer, hook: Hook, *, is_proved: bool) -> str:
    """What to say of a right answer; Wrong for any other."""
    if 300 <= answer.status < 400:
        raise Wrong(f"redirects ({answer.status}): providers do not follow")
    answer.must_be(200 if is_proved else 401)
    if is_proved and not hook.is_right(answer.json):
        raise Wrong("answers 200, but not what the provider expects")
    if answer.latency_ms > 1000 * hook.within_s:
        raise Wrong(f"took {answer.latency_ms} ms, the provider waits {hook.within_s:g} s")
    return f"{answer.status} in {answer.latency_ms} ms"
