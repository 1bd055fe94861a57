"""Examples of the OpenAPI document: what to send to each operation, and what it answers then.

One module a noun, as in `app/schemas/`. Everybody in them is made up. Tests send each one to the service.
"""

import re
from typing import Any

from app.examples import health, messages, operations, plans, trainee, users, webhooks
from app.examples.shape import IDS, Examples

ALL: dict[str, Examples] = {
    name: each
    for module in (health, messages, operations, plans, trainee, users, webhooks)
    for name, each in module.EXAMPLES.items()
}
"""By the name of the view."""
NONE = Examples()


def document(doc: dict[str, Any], doc_info: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Put the examples of an operation beside the schemas of its body and of its answers."""
    given = ALL.get(doc_info["view"], NONE)
    for media in doc.get("requestBody", {}).get("content", {}).values():
        if given.bodies:
            media["examples"] = {
                title.lower().replace(" ", "-"): {"summary": title, "value": body}
                for title, body in given.bodies.items()
            }
    for status, answer in given.answers.items():
        for media in doc["responses"][status].get("content", {}).values():
            media["example"] = answer
    return doc


def path_parameters(view: str, rule: str) -> list[dict[str, Any]]:
    """The parameters in a route's address that have an example."""
    known = IDS | ALL.get(view, NONE).parameters
    names = re.findall(r"<(?:\w+:)?(\w+)>", rule)
    return [{"in": "path", "name": name, "example": known[name]} for name in names if name in known]
