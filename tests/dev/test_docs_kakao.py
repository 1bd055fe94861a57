"""docs/kakao-setup.md has the templates, variables, codes and addresses that the code has."""

import re

import pytest
from flask import Flask
from test_docs import ROOT, names, rows

from app.clients.alimtalk_codes import API_CODES, DELIVERY_CODES
from app.config import ALIMTALK, NAMES, PRODUCTION, SETTINGS
from app.domain.pauses import LAST_WORDS
from app.domain.templates import TEMPLATES, Template
from app.ops.webhook_check import HOOKS

PAGE = ROOT / "docs/kakao-setup.md"
TEXT = PAGE.read_text()


def section(title: str) -> str:
    return TEXT.partition(f"\n### {title}\n")[2].partition("\n### ")[0]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda each: each.kind)
def test_a_template_is_shown_as_it_is_sent(template: Template) -> None:
    found = section(template.title)

    assert f"\n`{template.setting}`." in found
    assert re.findall(r"^```text\n(.*?)\n```$", found, flags=re.MULTILINE | re.DOTALL) == [template.text]
    assert names(found.partition("Buttons: ")[2].partition("\n")[0]) == list(template.buttons)
    assert ("No buttons." in found) == (not template.buttons)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda each: each.kind)
def test_the_variables_of_a_template_have_their_limits(template: Template) -> None:
    found = re.findall(r"^\| `#\{(\w+)\}` \| (\d+) \| (.*) \|$", section(template.title), flags=re.MULTILINE)

    assert {name: int(most) for name, most, _ in found} == {
        name: template.limit(name) for name in template.variables
    }
    assert all(len(example) <= int(most) for _, most, example in found)
    filled = template.render({name: "가" * template.limit(name) for name in template.variables})
    assert len(filled) < 300, "the page says so"


def test_the_example_of_a_notice_is_one_that_is_sent() -> None:
    found = section(TEMPLATES["notice"].title)

    assert all(f" | {value} |" in found for name, value in LAST_WORDS.items() if name != "회원이름")


def test_every_value_that_kakao_gives_is_named() -> None:
    told = {names(name)[0] for name, *_ in rows(PAGE, "Which value goes where")}
    needed = {each.name for each in SETTINGS if each.required in (PRODUCTION, ALIMTALK)}

    assert told >= needed
    assert told <= NAMES


def test_the_addresses_to_type_are_those_that_are_checked(migrated_app: Flask) -> None:
    typed = set(re.findall(r"`https://coach\.example\.com(/webhooks/[\w/]+)`", TEXT))

    assert typed == {hook.path for hook in HOOKS}
    assert typed <= {rule.rule for rule in migrated_app.url_map.iter_rules()}
    assert all(hook.header in TEXT for hook in HOOKS)


def test_the_codes_are_in_our_tables() -> None:
    for first, _ in rows(PAGE, "All together"):
        for code in re.findall(r"-?\d{4}", first):
            known = int(code) in API_CODES if code.startswith("-") else code in DELIVERY_CODES
            assert known, code
