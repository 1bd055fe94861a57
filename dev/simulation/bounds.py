"""One plan on its own: time, equipment, safety, difficulty, doses and loads (sections 5 to 9 and 11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.coach import Plan, PlannedItem, Profile, exercises
from dev.simulation.loads import Look, expected, loadable, start_kg
from dev.simulation.memory import Memory
from dev.simulation.tables import (
    ACTIVE_S,
    BODYWEIGHT_DIFFICULTY,
    DIFFICULTY,
    DOSES,
    FINISHER_S,
    LEVELS,
    OTHER_SETUP_S,
    SETUP_S,
)
from dev.simulation.weeks import cuts

EASY = ("COND", "MOB")
LEAST_REST_S = {"ISO": 45, "CORE": 45, "SEC": 60}


@dataclass(frozen=True)
class Dose:
    """Sets, range, reserve and rest; `load_rir` is the reserve before the state of the day."""

    sets: int
    low: int
    high: int
    rir: int
    rest_s: int
    load_rir: int


def broken(profile: Profile, memory: Memory, on: date, plan: Plan) -> Iterator[tuple[str, str]]:
    """Broken rules of one plan, as (rule, detail)."""
    total = seconds(profile, plan)
    if plan.seconds != total or total > 60 * profile.max_daily_minutes:
        yield "TIME", f"{plan.seconds} s said, {total} s counted, {profile.max_daily_minutes} min"
    if len({item.slug for item in plan.items}) < len(plan.items):
        yield "TWICE", "an exercise twice"
    for item in plan.items:
        yield from forbidden(profile, on, item)
        yield from _selection(profile, memory, on, plan, item)
        yield from _dose(profile, memory, on, plan, item)
        if item.tier not in EASY:
            yield from _load(profile, memory, on, plan, item)


def forbidden(profile: Profile, on: date, item: PlannedItem) -> Iterator[tuple[str, str]]:
    """What holds whatever the past: equipment, exclusions, injuries, impact, age, loadable kg."""
    exercise = exercises()[item.slug]
    if missing := exercise.equipment - profile.equipment:
        yield "EQUIPMENT", f"{item.slug} needs {sorted(missing)}"
    if item.slug in profile.excluded:
        yield "EXCLUDED", item.slug
    for area, severity in sore(profile, on):
        if area in exercise.avoid or (severity == "MODERATE" and area in exercise.caution):
            yield "INJURY", f"{item.slug} with a {severity} {area}"
    bmi = float(profile.weight_kg) / (float(profile.height_cm) / 100) ** 2
    if exercise.high_impact and (profile.age >= 65 or bmi >= 30 or profile.experience == "BEGINNER"):
        yield "IMPACT", item.slug
    if exercise.difficulty > 2 and (profile.age >= 65 or profile.age < 18):
        yield "DIFFICULTY", f"{item.slug} at {profile.age}"
    if exercise.loaded and item.kg not in loadable(profile, exercise):
        yield "LOADABLE", f"{item.slug} {item.kg} kg"


def sore(profile: Profile, on: date) -> list[tuple[str, str]]:
    """Areas that hurt on that day, with the severity."""
    return [(one.area, one.severity) for one in profile.injuries if one.until is None or one.until >= on]


def cautious(profile: Profile, on: date, slug: str) -> bool:
    areas = exercises()[slug].caution
    return any(severity == "MILD" and area in areas for area, severity in sore(profile, on))


def light(profile: Profile) -> bool:
    """Great fatigue, or less than five hours of sleep; the check-in is of the day itself."""
    checkin = profile.checkin
    if checkin is None:
        return False
    return (checkin.fatigue or 0) >= 5 or (checkin.sleep_h is not None and checkin.sleep_h < 5)


def seconds(profile: Profile, plan: Plan) -> int:
    """The time model of section 11."""
    minutes = profile.max_daily_minutes
    total = (120 if minutes < 30 else 300) + (180 if minutes >= 45 else 0)
    ramp = 1 if minutes < 30 else 3 if profile.goal == "STRENGTH" else 2
    for item in plan.items:
        total += _item_s(item) + (60 * ramp if item.tier == "MAIN" and item.kg is not None else 0)
    return total


def _item_s(item: PlannedItem) -> int:
    sides = 2 if item.per_side else 1
    if item.tier == "COND":
        return 60 + (item.seconds or 0)
    if item.tier == "MOB":
        return 15 + item.sets * (5 + (item.seconds or 0) * sides) + (item.sets - 1) * 15
    if item.seconds is not None:
        work = max(item.high, item.seconds)
    else:
        work = max(item.high, item.reps or 0) * (4 if item.tier in ("MAIN", "SEC") else 3)
    each = 15 + work * sides + (10 if item.per_side else 0)
    setup = SETUP_S.get(exercises()[item.slug].load_type, OTHER_SETUP_S)
    return setup + item.sets * each + (item.sets - 1) * item.rest_s


def _selection(
    profile: Profile, memory: Memory, on: date, plan: Plan, item: PlannedItem
) -> Iterator[tuple[str, str]]:
    exercise = exercises()[item.slug]
    level = LEVELS.index(profile.experience)
    compound = exercise.load_type == "bodyweight" and exercise.kind == "compound"
    cap = (BODYWEIGHT_DIFFICULTY if compound else DIFFICULTY)[level]
    if level == 0 and len(memory.completed) >= 12 and not compound:
        cap = 3
    kept = item.slug in memory.known or any(reason.startswith("LADDER") for reason in item.reasons)
    if exercise.difficulty > cap and not kept:
        yield "DIFFICULTY", f"{item.slug} is {exercise.difficulty}, the cap {cap}"
    told = any(lift.exercise == item.slug for lift in profile.known_lifts)
    if exercise.loaded and item.slug not in memory.known and not told:
        lightest = loadable(profile, exercise)[0]
        if float(lightest) > 1.25 * float(start_kg(profile, exercise)) + 1e-9:
            yield "TOO_HEAVY", f"{item.slug} from {lightest} kg"
    resets = [one.on for one in memory.seen.get((item.slug, item.tier), ()) if one.reset]
    for first, third in zip(resets, resets[2:], strict=False):
        if (third - first).days < 56 and (on - third).days < 56:
            yield "DROPPED", f"{item.slug} after three resets"


def dose(profile: Profile, memory: Memory, on: date, plan: Plan, item: PlannedItem) -> Dose:
    """What section 6 prescribes for an item on that day, before anything is cut."""
    sets, low, high, rir, rest_s = _from_table(profile, item)
    grown = item.tier in ("MAIN", "SEC", "ISO")
    if profile.age >= 65:
        low, high = (10, 15) if grown and item.seconds is None else (low, high)
        rir, rest_s = max(rir, 3), rest_s + (30 if item.tier in ("MAIN", "SEC") else 0)
    if profile.age < 18:
        rir = max(rir, 3)
        low, high = (8, 12) if low < 8 else (low, high)
    load_rir = rir
    if profile.experience == "BEGINNER" and len(memory.completed) < 4:
        sets, rir = min(sets, 2), 4
    if memory.comeback(on):
        sets, rir = (2 * sets + 2) // 3, rir + 1
    if plan.deload:
        sets, rir = (sets + 1) // 2, max(rir + 2, 4)
    if light(profile):
        sets, rir = max(1, sets - 1), rir + 1
    if cautious(profile, on, item.slug):
        rir = max(rir, 3)
    return Dose(sets, low, high, rir, rest_s, load_rir)


def _from_table(profile: Profile, item: PlannedItem) -> tuple[int, int, int, int, int]:
    level = LEVELS.index(profile.experience)
    if exercises()[item.slug].pattern == "carry":
        return (3 if level else 2), 20, 40, 3, 75
    if item.tier == "CORE":
        low, high = (20, 40) if item.seconds is not None else (8, 12) if item.per_side else (10, 15)
        few = level == 0 or profile.goal in ("GENERAL_HEALTH", "MOBILITY")
        return (2 if few else 3), low, high, 3, 45
    return DOSES[profile.goal, item.tier][level]


def _dose(
    profile: Profile, memory: Memory, on: date, plan: Plan, item: PlannedItem
) -> Iterator[tuple[str, str]]:
    if item.tier in EASY:
        yield from _easy_dose(profile, plan, item)
        return
    want = dose(profile, memory, on, plan, item)
    if (item.low, item.high, item.rir) != (want.low, want.high, want.rir):
        yield "DOSE", f"{item.slug} {item.low}-{item.high} RIR {item.rir}, not {want}"
    if item.sets != want.sets - cuts(plan)[item.slug]:
        yield "SETS", f"{item.slug} {item.sets} of {want.sets}, {cuts(plan)[item.slug]} with a reason"
    short = max(LEAST_REST_S.get(item.tier, want.rest_s), want.rest_s * 3 // 4 // 5 * 5)
    rest_s = min(want.rest_s, short) if "T2-REST" in plan.reasons else want.rest_s
    if item.rest_s != rest_s:
        yield "REST_S", f"{item.slug} {item.rest_s} s, not {rest_s}"


def _easy_dose(profile: Profile, plan: Plan, item: PlannedItem) -> Iterator[tuple[str, str]]:
    level = LEVELS.index(profile.experience)
    if item.tier == "MOB":
        if (item.seconds, item.rest_s) != (45 if profile.age >= 65 else 30, 15) or item.sets > 2:
            yield "DOSE", f"{item.slug} {item.sets} x {item.seconds} s"
        return
    most = (ACTIVE_S if plan.template == "ACT" else FINISHER_S)[level]
    cut = "T2-REST" in plan.reasons or any(reason.startswith("T7") for reason in plan.reasons)
    seconds = item.seconds or 0
    if not 60 <= seconds <= most or (seconds < most and not cut):
        yield "DOSE", f"{item.slug} {seconds} of {most} s"


def _load(
    profile: Profile, memory: Memory, on: date, plan: Plan, item: PlannedItem
) -> Iterator[tuple[str, str]]:
    want = dose(profile, memory, on, plan, item)
    sore_today = cautious(profile, on, item.slug)
    look = Look(profile, on, memory, item, want.load_rir, plan.deload, light(profile), sore_today)
    goal = expected(look)
    target = item.reps if item.reps is not None else item.seconds
    if (target, item.kg, item.band) != (goal.target, goal.kg, goal.band):
        last = look.past[-1] if look.past else None
        yield (
            "LOAD",
            f"{item.slug} {target} @{item.kg or item.band} {item.reasons}, the rules say {goal} after {last}",
        )
    if item.caution is not sore_today:
        yield "CAUTION", f"{item.slug} {item.caution}"
