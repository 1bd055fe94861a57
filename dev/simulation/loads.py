"""What the next load and target must be: sections 7 to 9 of the rules, straight from their words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.coach import PlannedItem, Profile, exercises
from app.coach.catalogue import Exercise
from dev.simulation.memory import Memory, Seen
from dev.simulation.tables import AGES, BANDS, GAPS, GAPS_65, LEVEL_LOADS, LEVELS, LOADS


@dataclass(frozen=True)
class Goal:
    """Reps or seconds, and the kg or band, of every set of an item."""

    target: int
    kg: Decimal | None = None
    band: str | None = None
    fresh: bool = False  # not from the last exposure's load


@dataclass(frozen=True)
class Look:
    """One item and all that its load may depend on; `rir` is the reserve before the state of the day."""

    profile: Profile
    on: date
    memory: Memory
    item: PlannedItem
    rir: int
    deload: bool
    light: bool
    caution: bool

    @property
    def exercise(self) -> Exercise:
        return exercises()[self.item.slug]

    @property
    def bottom(self) -> int:
        return self.item.low

    @property
    def top(self) -> int:
        return self.item.high

    @property
    def past(self) -> list[Seen]:
        return self.memory.seen.get((self.item.slug, self.item.tier), [])

    @property
    def list(self) -> tuple[Decimal, ...]:
        return loadable(self.profile, self.exercise)

    @property
    def step(self) -> int:
        if self.exercise.seconds:
            return 5
        return 1 if self.top - self.bottom <= 4 and self.bottom < 8 else 2

    @property
    def most(self) -> int:
        return 60 if self.exercise.seconds and not self.exercise.loaded else self.top + 5

    def factor(self) -> Decimal:
        """What the gap multiplies a load by."""
        gap = self.memory.gap(self.on)
        for days, factor in GAPS_65 if self.profile.age >= 65 else GAPS:
            if gap is not None and gap >= days:
                return Decimal(factor)
        return Decimal(1)


def loadable(profile: Profile, exercise: Exercise) -> tuple[Decimal, ...]:
    """The kg there are for an exercise, ascending."""
    own = {str(name): kgs for name, kgs in profile.loads.items()}
    name = str(exercise.load_type)
    if name == "single_dumbbell":
        return own.get(name) or own.get("dumbbell") or LOADS[name]
    return own.get(name) or LOADS[name]


def down(kgs: tuple[Decimal, ...], kg: Decimal) -> Decimal | None:
    return max((one for one in kgs if one <= kg), default=None)


def start_kg(profile: Profile, exercise: Exercise) -> Decimal:
    """The load to begin with, before it is rounded to what there is."""
    man = profile.sex == "M"
    ratio = exercise.ratio_m if man else exercise.ratio_f
    age = next(Decimal(factor) for limit, factor in AGES if profile.age < limit)
    level = Decimal(LEVEL_LOADS[LEVELS.index(profile.experience)])
    return min(profile.weight_kg, Decimal(85 if man else 65)) * (ratio or 0) * level * age


def expected(look: Look) -> Goal:
    """What the rules say for this item, today."""
    found = _expected(look)
    if found.kg is None or not look.caution:
        return found
    if look.past and look.past[-1].caution and not found.fresh:
        return found
    return Goal(found.target, down(look.list, Decimal("0.8") * found.kg) or look.list[0])


def _expected(look: Look) -> Goal:
    if not look.past:
        return _first(look)
    last = look.past[-1]
    age = (look.on - last.on).days
    gap = look.memory.gap(look.on)
    gap = age if gap is None else gap
    if look.factor() < 1:
        return _reset(look, look.factor())
    if age >= 28 and gap < 14:
        return _reset(look, Decimal("0.90"))
    if look.exercise.loaded and not _in_range(look, last):
        return _shift(look)
    if look.deload:
        return _reset(look, Decimal("0.90"))
    if gap >= 10 or look.light or last.result in ("HOLD", "HARD"):
        return _same(look, min(last.target, look.most))
    return _moved(look, last)


def _in_range(look: Look, last: Seen) -> bool:
    heaviest = last.kg is not None and not any(kg > last.kg for kg in look.list)
    most = look.most if heaviest else look.top + 2
    return look.bottom <= last.target <= most or last.target == max(3, look.bottom - 2)


def _moved(look: Look, last: Seen) -> Goal:
    if last.result == "BIG_MISS":
        return _reset(look, Decimal("0.90"))
    if last.result == "MISS":
        return _reset(look, Decimal("0.95")) if last.reset else _same(look, min(last.target, look.most))
    if last.result == "EASY" and (found := _calibrated(look, last)):
        return found
    if last.target < look.top:
        steps = 2 if last.result == "EASY" else 1
        return _same(look, min(look.top, last.target + steps * look.step))
    return _heavier(look, last)


def _heavier(look: Look, last: Seen) -> Goal:
    """The top of the range is reached."""
    if last.band is not None and last.band != BANDS[-1]:
        return Goal(look.bottom, None, BANDS[BANDS.index(last.band) + 1])
    following = _up(look, last.kg)
    if last.kg is None or following is None:
        return _same(look, min(last.target + look.step, look.most))
    if following - last.kg <= last.kg / 10 or last.target >= look.top + 2:
        return Goal(look.bottom, following)
    return _same(look, look.top + 2)


def _up(look: Look, kg: Decimal | None) -> Decimal | None:
    if kg is None or not look.exercise.loaded:
        return None
    heavier = [one for one in look.list if one > kg]
    if not heavier or look.exercise.load_type != "barbell":
        return heavier[0] if heavier else None
    legs = look.exercise.pattern in ("squat", "hinge", "lunge")
    jump = Decimal("5" if legs and look.profile.experience == "BEGINNER" else "2.5")
    return max([heavier[0], *(one for one in heavier if one <= kg + jump)])


def _calibrated(look: Look, last: Seen) -> Goal | None:
    """In the first three exposures a set that was much too easy says how much too light it was."""
    following = _up(look, last.kg)
    if len(look.past) > 3 or last.kg is None or last.rir is None or following is None:
        return None
    if following > last.kg * Decimal("1.25"):
        return None
    share = min(Decimal("0.20"), Decimal("0.05") * (last.rir - last.target_rir))
    return Goal(look.bottom, max(following, down(look.list, last.kg * (1 + share)) or following))


def _same(look: Look, target: int) -> Goal:
    last = look.past[-1]
    if last.kg is None:
        return Goal(target, None, last.band)
    return Goal(target, down(look.list, last.kg) or look.list[0])


def _reset(look: Look, factor: Decimal) -> Goal:
    last = look.past[-1]
    if last.kg is None:
        lower = last.band is not None and factor <= Decimal("0.8") and last.band != BANDS[0]
        return Goal(
            look.bottom, None, BANDS[BANDS.index(last.band) - 1] if lower and last.band else last.band
        )
    wanted = last.kg * factor
    found = down(look.list, wanted)
    if found is None or found < Decimal("0.85") * wanted:
        return _same(look, max(3, look.bottom - 2))
    return Goal(look.bottom, found)


def _from_e1rm(look: Look, e1rm_30: Decimal, factor: Decimal) -> Goal:
    return _settled(look, Decimal("0.95") * e1rm_30 * factor / (30 + look.bottom + look.rir))


def _settled(look: Look, wanted: Decimal) -> Goal:
    found = down(look.list, wanted)
    if found is None:
        return Goal(max(3, look.bottom - 2), look.list[0], fresh=True)
    return Goal(look.bottom, found, fresh=True)


def _shift(look: Look) -> Goal:
    e1rm_30 = _estimate_30(look)
    return _reset(look, Decimal("0.90")) if e1rm_30 is None else _from_e1rm(look, e1rm_30, Decimal(1))


def _estimate_30(look: Look) -> Decimal | None:
    if look.exercise.seconds:
        return None
    found = look.memory.best_e1rm_30(look.item.slug, look.on)
    for told in look.profile.known_lifts:
        if found is None and told.exercise == look.item.slug:
            return Decimal("0.9") * told.weight_kg * (30 + told.reps)
    return found


def _first(look: Look) -> Goal:
    """Never done in this tier."""
    if not look.exercise.loaded:
        easy = look.profile.experience == "BEGINNER" or look.profile.age >= 65
        band = None if look.exercise.load_type != "band" else "LIGHT" if easy else "MEDIUM"
        return Goal(look.bottom, None, band)
    e1rm_30 = _estimate_30(look)
    if e1rm_30 is not None:
        return _from_e1rm(look, e1rm_30, look.factor())
    others = [
        seen[-1] for (slug, _), seen in look.memory.seen.items() if slug == look.item.slug and seen[-1].kg
    ]
    latest = max(others, key=lambda one: one.on, default=None)
    if latest is not None and latest.kg is not None and (look.on - latest.on).days <= 42:
        return _settled(look, Decimal("0.9") * latest.kg * look.factor())
    found = down(look.list, start_kg(look.profile, look.exercise))
    return Goal(look.bottom, look.list[0] if found is None else found, fresh=True)
