"""An OpenAI-compatible chat model: https://platform.openai.com/docs/api-reference/chat/create .

Unless scripted it agrees with the prompt: it looks between the fences of the last user message for a JSON
object with the key "base" and answers with that value, else with `{}`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, request

from dev.sandbox.faults import Refused, provider, the_state
from dev.sandbox.rules import Rule

FENCED = re.compile(r"```[a-zA-Z]*\s*(.*?)```", re.DOTALL)

blueprint = Blueprint("llm", __name__)


@blueprint.post("/v1/chat/completions")
@provider("llm")
def complete(rule: Rule) -> dict[str, Any]:
    """One completion: the rule's `content`, else the echo."""
    state = the_state()
    key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not key or state.settings.llm_key not in (None, key):
        raise _error("Incorrect API key provided.", "invalid_request_error", "invalid_api_key", 401)
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict) or not asked.get("model") or not isinstance(asked.get("messages"), list):
        raise _error("model and messages are required.", "invalid_request_error", None, 400)
    content = rule.content if rule.content is not None else echo(asked["messages"])
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return {
        "id": f"chatcmpl-sandbox-{next(state.serial)}",
        "object": "chat.completion",
        "created": int(state.clock.now().timestamp()),
        "model": asked["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


def echo(messages: list[dict[str, Any]]) -> Any:
    """The "base" of the last user message, or an empty object."""
    users = [one for one in messages if one.get("role") == "user"]
    prompt = str(users[-1].get("content")) if users else ""
    for text in [*FENCED.findall(prompt), prompt]:
        try:
            found = json.loads(text)
        except ValueError:
            continue
        if isinstance(found, dict) and "base" in found:
            return found["base"]
    return {}


def _error(text: str, kind: str, code: str | None, status: int) -> Refused:
    return Refused({"error": {"message": text, "type": kind, "param": None, "code": code}}, status)
