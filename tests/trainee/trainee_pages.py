"""The trainee's page as a browser sees it: links, forms, fields and texts, read from the HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from factories import make_lifter, make_plan
from openapi_client import SpecClient
from settings import SECRET_KEY
from werkzeug.test import TestResponse

from app.domain.links import token_for

VOID = {"meta", "link", "input", "progress", "line", "rect", "circle", "path", "br"}


@dataclass(eq=False)
class Element:
    """One element; `text` is everything inside it, also inside its children."""

    name: str
    attrs: dict[str, str]
    parents: tuple["Element", ...]
    text: str = ""

    def inside(self, name: str) -> bool:
        return any(each.name == name for each in self.parents)


@dataclass
class Form:
    """A form: where it goes, what it sends by itself, its labelled fields, its buttons by (name, value)."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def send(
        self, client: SpecClient, status: str = "", headers: dict[str, str] | None = None, **typed: str
    ) -> TestResponse:
        """Press a button of the form with these fields filled in."""
        unknown = typed.keys() - self.fields.keys() - {name for name, _ in self.buttons}
        assert not unknown, f"the form has no {unknown}"
        data = self.fields | typed
        if status:
            assert ("status", status) in self.buttons
            data |= {"status": status}
        return client.post(self.action, data=data, headers=headers)


class Page(HTMLParser):
    """A parsed page."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        assert response.mimetype == "text/html", response.text
        self.status = response.status_code
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(response.text)
        self.close()
        assert not self._open, f"not closed: {[each.name for each in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID or tag == "progress":
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._open and self._open[-1].name == tag:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1].name == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text += data

    @property
    def text(self) -> str:
        """What is written on the page, with single blanks."""
        body = next(each for each in self.elements if each.name == "body")
        return " ".join(body.text.split())

    @property
    def title(self) -> str:
        return next(each for each in self.elements if each.name == "title").text

    def all(self, *names: str, **attrs: str) -> list[Element]:
        return [
            each
            for each in self.elements
            if each.name in names and all(each.attrs.get(name) == value for name, value in attrs.items())
        ]

    def headings(self) -> list[str]:
        return [" ".join(each.text.split()) for each in self.all("h1", "h2", "h3")]

    @property
    def forms(self) -> list[Form]:
        found = []
        for element in self.all("form"):
            form = Form(element.attrs["action"])
            for each in self.elements:
                if element in each.parents or each.attrs.get("form", "-") == element.attrs.get("id"):
                    _add(form, each, self)
            found.append(form)
        return found

    def form(self, session_id: str, set_no: int, has: str = "") -> Form:
        """The form of that set that has numbers (default), or the field or button of that name."""
        action = f"/sessions/{session_id}/sets/{set_no}"
        for each in self.forms:
            names = each.fields.keys() | {name for name, _ in each.buttons}
            if each.action.endswith(action) and (has in names if has else ("status", "DONE") in each.buttons):
                return each
        raise AssertionError(f"no form for {action} with {has or 'numbers'}")


def _add(form: Form, each: Element, page: Page) -> None:
    name = each.attrs.get("name", "")
    if each.name == "input":
        form.fields[name] = each.attrs.get("value", "")
    elif each.name == "select":
        chosen = [
            option.attrs["value"]
            for option in page.all("option")
            if each in option.parents and "selected" in option.attrs
        ]
        form.fields[name] = chosen[0] if chosen else ""
    elif each.name == "button" and name:
        form.buttons.append((name, each.attrs["value"]))


def current(page: Page) -> str:
    """What the part of the page says that is about now."""
    (found,) = [each for each in page.all("section") if each.attrs.get("aria-labelledby") == "current"]
    return " ".join(found.text.split())


def lifter_plan(client: SpecClient) -> dict[str, Any]:
    """A plan of seven exercises with 20 sets, the first of them squats."""
    return make_plan(client, make_lifter(client)["id"])


def session_id(plan: dict[str, Any], place: int) -> str:
    return str(plan["sessions"][place]["id"])


def token_of(plan: dict[str, Any]) -> str:
    return token_for([SECRET_KEY], UUID(plan["id"]))


def open_page(client: SpecClient, plan: dict[str, Any], query: str = "") -> Page:
    """The page of a plan."""
    return Page(client.get(f"/t/{token_of(plan)}{query}"))


def follow(client: SpecClient, response: TestResponse) -> Page:
    """The page that a report leads to."""
    assert response.status_code == 303, response.text
    assert response.headers["Location"].startswith("/t/")
    return Page(client.get(response.headers["Location"]))
