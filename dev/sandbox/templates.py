"""The message templates: the app's own when it has them; any other code shows its parameters as lines.

A template's text has `#{name}` placeholders, and so may its buttons' links (NHN Cloud, alimtalk-api-guide).
"""

from __future__ import annotations

import os
import re
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

APP_FILE = Path(__file__).resolve().parents[2] / "app" / "domain" / "templates.py"
PLACEHOLDER = re.compile(r"#\{([^}]+)\}")


@dataclass(frozen=True)
class Template:
    code: str
    text: str | None = None
    buttons: tuple[dict[str, str], ...] = ()  # each {"name": …, "url": …}
    variables: tuple[str, ...] = ()

    def render(self, parameters: dict[str, str]) -> str:
        if self.text is None:
            return "\n".join(f"{name}: {value}" for name, value in parameters.items())
        return _fill(self.text, parameters)

    def render_buttons(self, parameters: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": one["name"], "url": _fill(one["url"], parameters)} for one in self.buttons]


def load() -> dict[str, Template]:
    """Template code → template, from `TEMPLATES` (kind → object) of the app; empty without it.

    The file is run alone: the sandbox starts fast and works when the rest of the app does not.
    """
    if not APP_FILE.exists():
        return {}
    templates = runpy.run_path(str(APP_FILE), run_name="templates")["TEMPLATES"]
    found = (_from_app(kind, one) for kind, one in templates.items())
    return {template.code: template for template in found}


def _from_app(kind: str, template: Any) -> Template:
    buttons = tuple(_button(one) for one in template.buttons)
    variables = PLACEHOLDER.findall(template.text + "".join(one["url"] for one in buttons))
    code = os.environ.get(template.setting) or kind
    return Template(code, template.text, buttons, tuple(dict.fromkeys(variables)))


def _button(button: Any) -> dict[str, str]:
    """A bot keyword: a tap says its name in the chat."""
    return {"name": str(button), "url": ""}


def _fill(text: str, parameters: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: str(parameters.get(found[1], found[0])), text)
