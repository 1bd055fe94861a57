"""The words of the coach; their values are those of the HTTP contract."""

from enum import StrEnum


class Sex(StrEnum):
    M = "M"
    F = "F"
    X = "X"


class Experience(StrEnum):
    """Months of steady training: under 6, 6 to 24, over 24. Also the level a plan was made for."""

    BEGINNER = "BEGINNER"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"


class Goal(StrEnum):
    STRENGTH = "STRENGTH"
    HYPERTROPHY = "HYPERTROPHY"
    FAT_LOSS = "FAT_LOSS"
    GENERAL_HEALTH = "GENERAL_HEALTH"
    MOBILITY = "MOBILITY"


class Severity(StrEnum):
    MILD = "MILD"
    MODERATE = "MODERATE"
    SEVERE = "SEVERE"


class Area(StrEnum):
    """Where it hurts."""

    KNEE = "knee"
    LOWER_BACK = "lower_back"
    SHOULDER = "shoulder"
    ELBOW = "elbow"
    WRIST = "wrist"
    NECK = "neck"
    HIP = "hip"
    ANKLE = "ankle"


class Equipment(StrEnum):
    """What a trainee may own or have at the gym; `BODYWEIGHT` is always there."""

    BODYWEIGHT = "bodyweight"
    BARBELL = "barbell"
    EZ_BAR = "ez_bar"
    RACK = "rack"
    BENCH = "bench"
    DUMBBELL = "dumbbell"
    KETTLEBELL = "kettlebell"
    BAND = "band"
    MACHINE = "machine"
    CABLE = "cable"
    SMITH = "smith"
    PULLUP_BAR = "pullup_bar"
    DIP_BAR = "dip_bar"
    BOX = "box"
    CARDIO_MACHINE = "cardio_machine"


class LoadType(StrEnum):
    BARBELL = "barbell"
    EZ_BAR = "ez_bar"
    PLATE_MACHINE = "plate_machine"
    STACK = "stack"
    CABLE = "cable"
    DUMBBELL = "dumbbell"
    SINGLE_DUMBBELL = "single_dumbbell"
    KETTLEBELL = "kettlebell"
    BAND = "band"
    BODYWEIGHT = "bodyweight"
    NONE = "none"


class Band(StrEnum):
    LIGHT = "LIGHT"
    MEDIUM = "MEDIUM"
    HEAVY = "HEAVY"


class Tier(StrEnum):
    """The part an exercise plays: main lift, second lift, isolation, core, conditioning, mobility."""

    MAIN = "MAIN"
    SEC = "SEC"
    ISO = "ISO"
    CORE = "CORE"
    COND = "COND"
    MOB = "MOB"


class Template(StrEnum):
    FB_A = "FB_A"
    FB_B = "FB_B"
    FB_C = "FB_C"
    U_A = "U_A"
    L_A = "L_A"
    U_B = "U_B"
    L_B = "L_B"
    PUSH = "PUSH"
    PULL = "PULL"
    LEGS = "LEGS"
    ACT = "ACT"
    MOB = "MOB"


class SetState(StrEnum):
    """`PENDING` counts as `SKIPPED`.

    `ASSUMED_DONE` is for the sets of a plan whose day is not over yet: they count as done for the calendar,
    the rotation, the deload week and the weekly volume, but never for progression, level, gap or estimated
    strength.
    """

    PENDING = "PENDING"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    ASSUMED_DONE = "ASSUMED_DONE"


class Status(StrEnum):
    OK = "OK"
    REST = "REST"
    REVIEW_REQUIRED = "REVIEW_REQUIRED"
