"""The catalogue of exercises and the templates that ask for them."""

import pytest

from app.coach import Goal, Template, Tier, exercises
from app.coach.catalogue import GROUPS, pool
from app.coach.templates import SLOTS, slots


def test_the_catalogue_is_whole() -> None:
    found = exercises()
    assert len(found) == 101
    for exercise in found.values():
        assert all(slug in found for slug in (*exercise.easier, *exercise.harder))
        assert exercise.loaded is (exercise.ratio_m is not None) is (exercise.ratio_f is not None)
        assert exercise.tiers
    groups = {muscle for muscles in GROUPS.values() for muscle in muscles}
    assert len(GROUPS) == 12
    assert "forearms" not in groups


def test_every_slot_has_exercises() -> None:
    for template in SLOTS:
        for goal in Goal:
            for slot in slots(template, goal, False):
                assert pool(slot.key, slot.tier, True), slot


@pytest.mark.parametrize("template", [name for name in Template if name not in (Template.ACT, Template.MOB)])
def test_the_first_priorities_hold_the_main_lift(template: Template) -> None:
    found = slots(template, Goal.HYPERTROPHY, False)
    assert (found[0].tier, found[0].priority) == (Tier.MAIN, 1)
    assert len({slot.name for slot in found}) == len(found)


@pytest.mark.parametrize(
    ("goal", "over_65", "last"),
    [
        (Goal.STRENGTH, False, ["side_delts", "biceps"]),
        (Goal.FAT_LOSS, False, ["core", "conditioning"]),
        (Goal.GENERAL_HEALTH, False, ["core", "carry"]),
        (Goal.GENERAL_HEALTH, True, ["core", "mobility"]),
        (Goal.MOBILITY, False, ["core", "mobility", "mobility", "mobility"]),
    ],
)
def test_goals_edit_the_templates(goal: Goal, over_65: bool, last: list[str]) -> None:
    assert [slot.key for slot in slots(Template.FB_A, goal, over_65)][-len(last) :] == last
