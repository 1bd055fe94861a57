"""What an utterance turned out to say."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from app.coach.enums import Area, Band

Whole = Literal["set", "exercise", "plan"]
SkipReason = Literal["pain", "time", "busy", "other"]


class Intent(StrEnum):
    """What the trainee wants; `UNKNOWN` is everything that is not understood for sure."""

    TODAY = "TODAY"
    START = "START"
    DONE = "DONE"
    FAILED = "FAILED"
    SKIP = "SKIP"
    NEXT = "NEXT"
    REMAINING = "REMAINING"
    REST = "REST"
    SUMMARY = "SUMMARY"
    WEEK = "WEEK"
    MUTE = "MUTE"
    UNMUTE = "UNMUTE"
    REMIND_AT = "REMIND_AT"
    PAIN = "PAIN"
    EMERGENCY = "EMERGENCY"
    CORRECT = "CORRECT"
    BUSY = "BUSY"
    LINK_CODE = "LINK_CODE"
    HELP = "HELP"
    THANKS = "THANKS"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Said:
    """The intent, and of the rest only what was said; nothing is guessed from a plan.

    Numbers are in range or None: `reps` 0..100, `seconds` 0..7200, `weight_kg` 0..500, `weight_change_kg`
    -500..500 (against the set before), `number` 0..500, `rir` 0..10, `count` and `set_no` 1..20,
    `pain_score` 1..10.

    `number`: one bare number whose measure nobody said ("완료 8", "42.5"); who knows the exercise decides.
    `count`: how many sets are reported at once ("두 세트 했어", "8회 3세트").
    `set_no`: the set that was named ("두 번째 세트 8개"). "3세트 완료" is set 3 or three sets; here it is
    `set_no` 3 with `count` 1, since people count their sets aloud; who knows what was done so far decides.
    `whole`: how much is skipped; with `DONE`, "exercise" means all that is left of it ("이 운동 다 했어").
    `areas` and `pain_score`: with `PAIN`, and with a `SKIP` because of pain.
    `report`: with `PAIN`, the set that was done all the same ("8개 했는데 무릎 아파").
    `at`: None in a `REMIND_AT` that names no time, or none that exists.
    """

    intent: Intent
    reps: int | None = None
    seconds: int | None = None
    weight_kg: Decimal | None = None
    weight_change_kg: Decimal | None = None
    number: Decimal | None = None
    rir: int | None = None
    band: Band | None = None
    count: int = 1
    whole: Whole = "set"
    skip_reason: SkipReason | None = None
    areas: tuple[Area, ...] = ()
    pain_score: int | None = None
    at: time | None = None
    code: str | None = None
    set_no: int | None = None
    report: "Said | None" = None
