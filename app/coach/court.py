"""The rules a proposal is held to, V02 to V19, one by one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.coach.catalogue import BALANCE, Exercise, exercises
from app.coach.day import Day
from app.coach.draft import Draft
from app.coach.engine import draft_of
from app.coach.exposures import BAND_LEVELS
from app.coach.loads import down, is_loadable, settle
from app.coach.proposal import Proposed
from app.coach.selection import difficulty_cap, possible, safe, too_heavy
from app.coach.timing import total_s
from app.coach.types import Experience, Finding, Plan, PlannedItem, Template, Tier
from app.coach.volume import EASY, SESSION_CAP, WEEK_CAP, half_sets_before, half_sets_of, session_sets

MOST_SETS, MOST_SETS_BEGINNER = 6, 4
MOST_REPS, LEAST_SECONDS, MOST_SECONDS = 30, 5, 1800
LEAST_REST_S = {Tier.MAIN: 90, Tier.SEC: 60, Tier.ISO: 30, Tier.CORE: 30}
MOST_REST_S = 300
MOST_RIR = 10
LONGEST_NOTE = 200
MEDICAL = re.compile(
    "당뇨|혈압|디스크|관절염|골다공증|우울증|불안장애|공황|심장병|심부전|협심증|심근경색|부정맥|뇌졸중|천식|갑상선|통풍|"
    "측만증|협착증|회전근개|건염|족저근막염|골절|탈구|염좌|횡문근융해|대상포진|독감|코로나|고지혈|빈혈|간염|신부전|"
    "[가-힣]암(?=[ 은이을환])|질환|질병|진단|처방|복용|약물|진통제|"
    "소염제|스테로이드|항생제|인슐린|타이레놀|이부프로펜|아스피린|"
    "diabet|hypertens|arthrit|cancer|steroid|ibuprofen|aspirin|insulin|painkiller|disease|medicat",
    re.IGNORECASE,
)
"""Words a coach has no business with; a note with one of them is dropped."""


def easy_phase(day: Day) -> bool:
    """Whether it is a day of first sessions, a comeback or a deload: then the base is the most there is."""
    return day.intro or day.comeback or day.deload


def heaviest_kg(day: Day, exercise: Exercise, tier: Tier, base_kg: Decimal) -> Decimal:
    """The most a proposal may load: max(base, down(1.10 × last)), or down(1.25 × base) without history.

    Where a sore area or a gap lowers the load, the lowered load is the most.
    """
    if day.cautious(exercise) or day.gap_factor(day.past.gap) is not None:
        return base_kg
    steps = day.steps(exercise.load_type)
    for each in (tier, *exercise.tiers):
        seen = day.exposures(exercise, each)
        if seen and seen[-1].kg is not None:
            return max(base_kg, settle(steps, Decimal("1.10") * seen[-1].kg))
    return max(base_kg, settle(steps, Decimal("1.25") * base_kg))


@dataclass(slots=True)
class Court:
    """One hearing: what was found so far."""

    day: Day
    base: Plan
    template: Template
    errors: list[Finding] = field(default_factory=list)
    repairs: list[Finding] = field(default_factory=list)

    def hear(self, items: Sequence[Proposed]) -> list[Draft]:
        """The known exercises of the proposal, repaired; what was wrong with them is noted."""
        drafts = []
        seen: set[str] = set()
        free = [item for item in self.base.items if item.slug not in {one.slug for one in items}]
        for number, one in enumerate(items):
            exercise = exercises().get(one.slug)
            if exercise is None:
                self._error("V02", number, f"unknown exercise {one.slug[:40]!r}")
            elif one.slug in seen:
                self._error("V03", number, f"{one.slug} comes twice")
            else:
                seen.add(one.slug)
                drafts.append(self._item(number, one, exercise, free))
        return drafts

    def check_session(self, drafts: list[Draft]) -> None:
        """V14 to V18: what concerns the session as a whole."""
        profile, level = self.day.profile, self.day.level
        seconds = total_s(profile, drafts)
        if seconds > 60 * profile.max_daily_minutes:
            self._error("V14", None, f"{-(-seconds // 60)} min of {profile.max_daily_minutes}")
        self._check_week(drafts)
        sets = session_sets(drafts)
        if sets > SESSION_CAP[level]:
            self._error("V16", None, f"{sets} sets of {SESSION_CAP[level]}")
        has = {draft.exercise.pattern for draft in drafts}
        needs = [exercises()[item.slug].pattern for item in self.base.items if item.priority == 1]
        for pattern in dict.fromkeys(needs):
            if pattern not in has:
                self._error("V17", None, f"no {pattern}")
        base_sets = sum(item.sets for item in self.base.items if item.tier not in EASY)
        if easy_phase(self.day) and sets > base_sets:
            self._error("V18", None, f"{sets} sets, the base has {base_sets}")

    def in_order(self, drafts: list[Draft]) -> list[Draft]:
        """V19: main lifts before isolation; otherwise the proposal's own order."""
        tiers = [draft.tier for draft in drafts]
        if Tier.ISO in tiers and Tier.MAIN in tiers[tiers.index(Tier.ISO) :]:
            self._repair("V19", None, "main lifts go first")
            return sorted(drafts, key=lambda draft: draft.tier is not Tier.MAIN)
        return drafts

    def fit_note(self, note: str) -> str:
        """V19: no long notes, and none about diseases or drugs."""
        if len(note) <= LONGEST_NOTE and not MEDICAL.search(note):
            return note.strip()
        self._repair("V19", None, "note dropped")
        return ""

    def _item(self, number: int, one: Proposed, exercise: Exercise, free: list[PlannedItem]) -> Draft:
        own = next((item for item in self.base.items if item.slug == one.slug), None)
        draft = self._reference(exercise, own, free, number)
        self._check_choice(number, exercise, own is not None)
        self._set_sets(number, one, draft)
        self._set_target(number, one, draft)
        self._set_load(number, one, draft)
        self._set_effort(number, one, draft)
        if own is None or (own.kg, own.band, own.reps, own.seconds) != (
            draft.kg,
            draft.band,
            one.reps,
            one.seconds,
        ):
            draft.reasons = ("LLM",)
        return draft

    def _reference(
        self, exercise: Exercise, own: PlannedItem | None, free: list[PlannedItem], number: int
    ) -> Draft:
        """What the rules would do with the exercise in the place it takes."""
        heir = own or next(
            (
                item
                for item in free
                if exercises()[item.slug].key == exercise.key and item.tier in exercise.tiers
            ),
            None,
        )
        if heir is None:
            tier = Tier.SEC if Tier.SEC in exercise.tiers else exercise.tiers[0]
            return draft_of(self.day, exercise, self.template, f"{exercise.key}/extra{number}", tier, 3)
        if own is None:
            free.remove(heir)
        draft = draft_of(self.day, exercise, self.template, heir.slot, heir.tier, heir.priority)
        if own is not None:
            draft.sets, draft.kg, draft.band, draft.rir = own.sets, own.kg, own.band, own.rir
            draft.low, draft.high, draft.rest_s, draft.reasons = own.low, own.high, own.rest_s, own.reasons
        return draft

    def _check_choice(self, number: int, exercise: Exercise, in_base: bool) -> None:
        """V04 to V06, and the start of V12; what the rules chose themselves is not too hard."""
        if in_base:
            return
        if not safe(self.day, exercise) or exercise.slug == BALANCE:
            self._error("V05", number, f"{exercise.slug} is not safe for this trainee")
        elif not possible(self.day, exercise):
            self._error("V04", number, f"{exercise.slug} needs missing equipment or was excluded")
        cap = difficulty_cap(self.day, exercise)
        if exercise.difficulty > cap:
            self._error(
                "V06", number, f"{exercise.slug} has difficulty {exercise.difficulty}, the cap is {cap}"
            )
        if too_heavy(self.day, exercise):
            self._error("V12", number, f"even the lightest {exercise.slug} is too heavy to begin with")

    def _set_sets(self, number: int, one: Proposed, draft: Draft) -> None:
        beginner = self.day.level is Experience.BEGINNER
        most = 1 if draft.tier is Tier.COND else MOST_SETS_BEGINNER if beginner else MOST_SETS
        if not 1 <= one.sets <= most:
            self._error("V07", number, f"{one.sets} sets, 1 to {most} are allowed")
        elif easy_phase(self.day) and one.sets > draft.sets:
            self._error("V18", number, f"{one.sets} sets, the base has {draft.sets}")
        draft.sets = one.sets

    def _set_target(self, number: int, one: Proposed, draft: Draft) -> None:
        """V08; minors do no sets below 8 that the rules would not give them."""
        if draft.exercise.seconds:
            value, least, most = one.seconds, LEAST_SECONDS, MOST_SECONDS
        else:
            value, most = one.reps, MOST_REPS
            least = min(8, draft.target) if self.day.under_18 else 1
        if value is None or not least <= value <= most:
            unit = "seconds" if draft.exercise.seconds else "reps"
            self._error("V08", number, f"{value} {unit}, {least} to {most} are allowed")
        draft.target = draft.target if value is None else value

    def _set_load(self, number: int, one: Proposed, draft: Draft) -> None:
        """V11, V12, V13, and the load part of V18. A load on an exercise that has none is left out."""
        if draft.band is not None:
            self._set_band(number, one, draft)
        if draft.kg is None:
            return
        if one.kg is None:
            self._error("V13", number, f"{draft.exercise.slug} needs a load in kg")
            return
        steps, kg = self.day.steps(draft.exercise.load_type), one.kg
        if not is_loadable(steps, kg):
            lighter = down(steps, kg)
            if lighter is None:
                self._error("V11", number, f"{kg} kg can't be loaded, the lightest is {steps[0]}")
                return
            self._repair("V11", number, f"{kg} kg can't be loaded, {lighter} can")
            kg = lighter
        most = heaviest_kg(self.day, draft.exercise, draft.tier, draft.kg)
        if kg > most:
            self._error("V12", number, f"{kg} kg, at most {most}")
        if easy_phase(self.day) and kg > draft.kg:
            self._error("V18", number, f"{kg} kg, the base has {draft.kg}")
        draft.kg = kg

    def _set_band(self, number: int, one: Proposed, draft: Draft) -> None:
        if one.band is None or draft.band is None:
            self._error("V13", number, f"{draft.exercise.slug} needs a band level")
            return
        jump = BAND_LEVELS.index(one.band) - BAND_LEVELS.index(draft.band)
        if jump > 1:
            self._error("V12", number, f"{one.band} band, the base has {draft.band}")
        if easy_phase(self.day) and jump > 0:
            self._error("V18", number, f"{one.band} band, the base has {draft.band}")
        draft.band = one.band

    def _set_effort(self, number: int, one: Proposed, draft: Draft) -> None:
        """V09 and V10. Conditioning and mobility keep their own; what the rules rest themselves is enough."""
        if draft.tier in EASY:
            return
        rest_s = min(max(one.rest_s, min(draft.rest_s, LEAST_REST_S[draft.tier])), MOST_REST_S)
        if rest_s != one.rest_s:
            self._repair("V09", number, f"rest {one.rest_s} s becomes {rest_s}")
        least = max(0 if self.day.level is Experience.ADVANCED else 1, draft.rir - 1)
        if self.day.under_18 or self.day.over_65 or draft.caution:
            least = max(least, 3)
        rir = min(max(one.rir, least), MOST_RIR)
        if rir != one.rir:
            self._repair("V10", number, f"RIR {one.rir} becomes {rir}")
        draft.rest_s, draft.rir = rest_s, rir

    def _check_week(self, drafts: list[Draft]) -> None:
        """V15; a week the base itself can't keep below the cap is only held to the base."""
        before, today = half_sets_before(self.day.past), half_sets_of(drafts)
        ours: dict[str, int] = {}
        for item in self.base.items:
            for group, halves in exercises()[item.slug].half_sets.items():
                ours[group] = ours.get(group, 0) + halves * item.sets
        cap = 2 * (WEEK_CAP[self.day.level] + 2)
        for group, halves in today.items():
            if before[group] + halves > cap and halves > ours.get(group, 0):
                self._error("V15", None, f"{(before[group] + halves) / 2:g} weekly sets for {group}")

    def _error(self, code: str, item: int | None, detail: str) -> None:
        self.errors.append(Finding(code, item, detail))

    def _repair(self, code: str, item: int | None, detail: str) -> None:
        self.repairs.append(Finding(code, item, detail))
