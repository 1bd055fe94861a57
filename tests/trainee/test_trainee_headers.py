"""What protects the trainee's page: headers, foreign forms, limits; and colours that everybody can read."""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from openapi_client import SpecClient, document
from trainee_pages import Page, lifter_plan, open_page, token_of
from werkzeug.test import TestResponse

STYLES = (Path(__file__).parents[2] / "app/static/trainee.css").read_text()
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def send(client: SpecClient, plan: dict[str, Any], **options: Any) -> TestResponse:
    """The answer to the report of the first set."""
    path = f"/t/{token_of(plan)}/sessions/{plan['sessions'][0]['id']}/sets/1"
    return client.post(path, **({"data": {"status": "DONE"}} | options))


def test_every_answer_carries_the_pages_own_headers(client: SpecClient) -> None:
    plan = lifter_plan(client)
    answers = [
        client.get(f"/t/{token_of(plan)}"),
        client.get("/t/x"),
        send(client, plan, data={"status": "x"}),
        send(client, plan),
    ]

    assert [each.status_code for each in answers] == [200, 404, 400, 303]
    for answer in answers:
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "text/html"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_fits_no_route_is_a_problem_as_the_document_says(
    app: Flask, client: SpecClient, method: str
) -> None:
    answer = client.open(f"/t/x/sessions/{uuid4()}/sets/-1", method=method)

    said = document(app)["paths"]["/t/{token}/sessions/{session_id}/sets/{set_no}"][method]["responses"]
    assert answer.status_code == 404
    assert answer.mimetype in said["404"]["content"]


@pytest.mark.parametrize("token", ["%0A", "a%0D%0ASet-Cookie:%20x=1", "x"])
def test_a_link_nobody_signed_is_sent_nowhere(client: SpecClient, token: str) -> None:
    answer = client.get(f"/t/{token}/sessions/{uuid4()}/sets/1")

    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_no_log_has_the_link(client: SpecClient, capsys: pytest.CaptureFixture[str]) -> None:
    plan = lifter_plan(client)
    send(client, plan)
    send(client, plan, data={"status": "x"})
    open_page(client, plan)

    logged = capsys.readouterr().out
    assert "/t/<token>" in logged
    assert token_of(plan) not in logged and token_of(plan).split(".")[1] not in logged


def test_robots_are_asked_to_stay_away(client: SpecClient) -> None:
    for page in (open_page(client, lifter_plan(client)), Page(client.get("/t/x"))):
        assert [each.attrs["content"] for each in page.all("meta", name="robots")] == ["noindex, nofollow"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "https://coach.test.evil.test"},
        {"Origin": "nonsense"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(client: SpecClient, headers: dict[str, str]) -> None:
    plan = lifter_plan(client)

    page = Page(send(client, plan, headers=headers))

    assert page.status == 403
    assert "0 / 20세트" in open_page(client, plan).text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "https://coach.test"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_of_the_page_is_taken(client: SpecClient, headers: dict[str, str]) -> None:
    assert send(client, lifter_plan(client), headers=headers).status_code == 303


def test_a_report_is_a_form_and_nothing_else(client: SpecClient) -> None:
    plan = lifter_plan(client)

    assert Page(send(client, plan, data=None, json={"status": "DONE"})).status == 415


def test_a_body_over_8_kib_is_refused(client: SpecClient) -> None:
    plan = lifter_plan(client)

    assert Page(send(client, plan, data={"status": "DONE", "rir": "1" * 8192})).status == 413
    assert send(client, plan, data={"status": "DONE", "rir": "1" * 8000}).status_code == 400


def test_a_database_that_is_away_is_said_kindly(another_app: Callable[..., Flask]) -> None:
    away = another_app(DATABASE_URL="postgresql://nobody@127.0.0.1:9/none").test_client()

    page = open_page(away, {"id": str(uuid4())})

    assert (page.status, page.headings()) == (503, ["잠시 연결이 어려워요"])


def test_assets_come_from_here_and_change_their_address_when_they_change(client: SpecClient) -> None:
    page = open_page(client, lifter_plan(client))
    addresses = [each.attrs["href"] for each in page.all("link")] + [
        each.attrs["src"] for each in page.all("script")
    ]

    answers = [client.get(each) for each in addresses]

    assert [each.split("?")[0] for each in addresses] == [
        f"/t/assets/trainee.{kind}" for kind in ("svg", "css", "js")
    ]
    assert all(re.search(r"\?v=[0-9a-f]{12}$", each) for each in addresses)
    assert [(each.status_code, each.mimetype) for each in answers] == [
        (200, "image/svg+xml"),
        (200, "text/css"),
        (200, "text/javascript"),
    ]
    assert all("max-age=3600" in each.headers["Cache-Control"] for each in answers)
    again = client.get(addresses[0], headers={"If-None-Match": answers[0].headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["nothing.css", "..%2fconfig.py", "%2e%2e"])
def test_there_are_no_other_assets(client: SpecClient, name: str) -> None:
    assert client.get(f"/t/assets/{name}").status_code == 404


def colours(scheme: str) -> dict[str, str]:
    """The custom properties of a colour scheme."""
    light, _, rest = STYLES.partition("@media (prefers-color-scheme: dark)")
    part = light if scheme == "light" else rest.partition("* {")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, the definitions of contrast ratio and relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXTS = [
    *product(("ink", "quiet", "accent"), ("ground", "surface", "sunken")),
    *product(("ink", "quiet", "accent"), ("good",)),
    *product(("ink", "quiet", "warn"), ("bad", "surface")),
    ("on-accent", "accent"),
]
SHAPES = [*product(("line", "accent"), ("ground", "surface")), ("accent", "sunken"), ("warn", "surface")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_shapes_stand_out_in_both_schemes(scheme: str) -> None:
    colour = colours(scheme)

    texts = {pair: round(contrast(colour[pair[0]], colour[pair[1]]), 2) for pair in TEXTS}
    shapes = {pair: round(contrast(colour[pair[0]], colour[pair[1]]), 2) for pair in SHAPES}

    assert {pair: ratio for pair, ratio in texts.items() if ratio < 4.5} == {}
    assert {pair: ratio for pair, ratio in shapes.items() if ratio < 3} == {}


def test_no_colour_is_used_past_the_ones_that_are_checked() -> None:
    rules = STYLES.partition("* {")[2]

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", rules) == []
    used = set(re.findall(r"var\(--([\w-]+)\)", rules))
    assert used - {"hair"} <= {name for pair in (*TEXTS, *SHAPES) for name in pair}


def test_what_is_touched_is_48_pixels_high() -> None:
    heights = {
        selector: float(height)
        for selector, height in re.findall(r"([^{}]+)\{[^{}]*min-height: ([\d.]+)rem", STYLES)
    }

    assert len(heights) >= 6
    assert {selector: height for selector, height in heights.items() if height * 16 < 48} == {}
