"""The worked example G12: a known lift, and an LLM's proposals for that day."""

from decimal import Decimal

from coach_builders import MONDAY, line, lines, man, reasons

from app.coach import KnownLift, Profile, Template, judge, plan


def g12_trainee() -> Profile:
    return man(
        experience="INTERMEDIATE",
        days_per_week=4,
        known_lifts=(KnownLift("barbell_bench_press", Decimal(80), 5),),
    )


def test_g12_a_known_lift_sets_the_first_load() -> None:
    made = plan(g12_trainee(), [], MONDAY)

    assert lines(made) == [
        "barbell_bench_press 4x6 @62.5 r150 R2",
        "barbell_row 3x8 @27.5 r120 R2",
        "lat_pulldown 3x8 @35 r120 R2",
        "overhead_press 3x8 @20 r120 R2",
        "pec_deck_fly 3x10 @20 r75 R2",
    ]
    assert made.reasons == ("T1-DROP ez_bar_curl", "T1-DROP dumbbell_lateral_raise")
    assert (made.template, made.seconds, made.minutes) == (Template.U_A, 3367, 57)
    assert reasons(made, "barbell_bench_press") == ("E1RM",)


def proposed(
    slug: str, sets: int, reps: int, kg: object = None, rest_s: int = 90, rir: int = 2
) -> dict[str, object]:
    return {
        "slug": slug,
        "sets": sets,
        "reps": reps,
        "seconds": None,
        "kg": kg,
        "band": None,
        "rest_s": rest_s,
        "rir": rir,
    }


def test_g12_an_unsafe_proposal_is_refused_with_every_code() -> None:
    trainee = g12_trainee()
    base = plan(trainee, [], MONDAY)
    proposal = {
        "items": [
            proposed("barbell_bench_press", 5, 5, 100, rest_s=60, rir=0),
            proposed("incline_db_press", 3, 8, 20),
            proposed("overhead_press", 4, 8, 21),
            proposed("dips", 3, 8),
            proposed("lat_pulldown", 3, 8, 35),
            proposed("dumbbell_curl", 10, 12, 5, rest_s=45),
        ],
        "note": "",
    }

    verdict = judge(base, trainee, [], MONDAY, proposal)

    assert verdict.codes == ("V02", "V06", "V07", "V12", "V14", "V16", "V17")
    assert (verdict.ok, verdict.plan, verdict.fallback_reason) == (False, None, "llm_unsafe")
    found = {(finding.code, finding.item) for finding in verdict.errors}
    assert found == {
        ("V02", 1),
        ("V06", 3),
        ("V07", 5),
        ("V12", 0),
        ("V14", None),
        ("V16", None),
        ("V17", None),
    }
    assert {(finding.code, finding.item) for finding in verdict.repairs} == {
        ("V09", 0),
        ("V10", 0),
        ("V11", 2),
    }
    details = {finding.code: finding.detail for finding in verdict.errors}
    assert "77.5" in details["V12"]
    assert "65 min" in details["V14"]
    assert "horizontal_pull" in details["V17"]


def test_g12_repairs_alone_are_no_reason_to_refuse() -> None:
    trainee = g12_trainee()
    base = plan(trainee, [], MONDAY)
    proposal = {
        "items": [
            proposed("barbell_bench_press", 4, 6, 62.5, rest_s=60, rir=0),
            proposed("barbell_row", 3, 8, 27.5, rest_s=120),
            proposed("lat_pulldown", 3, 8, 35, rest_s=120),
            proposed("overhead_press", 3, 8, 21, rest_s=120),
        ],
        "note": "좋아요",
    }

    verdict = judge(base, trainee, [], MONDAY, proposal)

    assert verdict.ok
    assert [finding.code for finding in verdict.repairs] == ["V09", "V10", "V11"]
    assert verdict.plan is not None
    assert line(verdict.plan.items[0]) == "barbell_bench_press 4x6 @62.5 r90 R1"
    assert line(verdict.plan.items[3]) == "overhead_press 3x8 @20 r120 R2"
