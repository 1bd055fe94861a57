"""The numbers of the training rules, written down a second time and not read from the coach."""

from decimal import Decimal

# Sets x range, reserve, rest in seconds: beginner | intermediate | advanced.
DOSES = {
    ("STRENGTH", "MAIN"): ((3, 6, 8, 3, 150), (4, 4, 6, 2, 180), (4, 3, 5, 2, 240)),
    ("STRENGTH", "SEC"): ((3, 8, 10, 3, 120), (3, 6, 8, 2, 150), (3, 6, 8, 2, 150)),
    ("STRENGTH", "ISO"): ((2, 10, 12, 3, 60), (2, 8, 12, 2, 75), (3, 8, 12, 2, 75)),
    ("HYPERTROPHY", "MAIN"): ((3, 8, 12, 3, 120), (4, 6, 10, 2, 150), (4, 6, 10, 2, 150)),
    ("HYPERTROPHY", "SEC"): ((3, 8, 12, 3, 90), (3, 8, 12, 2, 120), (3, 8, 12, 2, 120)),
    ("HYPERTROPHY", "ISO"): ((2, 10, 15, 3, 60), (3, 10, 15, 2, 75), (3, 10, 15, 1, 75)),
    ("FAT_LOSS", "MAIN"): ((3, 8, 12, 3, 90), (3, 8, 12, 2, 90), (3, 6, 10, 2, 120)),
    ("FAT_LOSS", "SEC"): ((2, 10, 15, 3, 60), (3, 10, 15, 2, 75), (3, 10, 15, 2, 75)),
    ("GENERAL_HEALTH", "MAIN"): ((2, 8, 12, 3, 90), (3, 8, 12, 3, 90), (3, 8, 12, 2, 120)),
    ("GENERAL_HEALTH", "SEC"): ((2, 8, 12, 3, 90), (2, 8, 12, 3, 90), (3, 8, 12, 2, 90)),
    ("MOBILITY", "MAIN"): ((2, 10, 15, 4, 60),) * 3,
    ("MOBILITY", "SEC"): ((2, 10, 15, 4, 60),) * 3,
}
LEVELS = ("BEGINNER", "INTERMEDIATE", "ADVANCED")
FINISHER_S, ACTIVE_S = (600, 720, 900), (1200, 1800, 1800)
WEEK_CAP, SESSION_CAP = (14, 20, 24), (20, 24, 28)
DIFFICULTY, BODYWEIGHT_DIFFICULTY = (2, 3, 5), (1, 2, 4)
RESISTANCE_DAYS = {
    "STRENGTH": (3, 4, 5),
    "HYPERTROPHY": (3, 5, 6),
    "FAT_LOSS": (3, 4, 4),
    "GENERAL_HEALTH": (3, 3, 3),
    "MOBILITY": (2, 2, 2),
}
ROTATIONS = {
    1: "FB_A",
    2: "FB_A FB_B",
    3: "FB_A FB_B FB_C",
    4: "U_A L_A U_B L_B",
    5: "U_A L_A PUSH PULL LEGS",
    6: "PUSH PULL LEGS PUSH PULL LEGS",
}
WEEKDAYS = {1: "1", 2: "14", 3: "135", 4: "1356", 5: "12356", 6: "123456"}
WEEKDAYS_OF_FOUR = "1245"
CONFLICTS = {
    "U_A": "U_A U_B PUSH PULL",
    "U_B": "U_A U_B PUSH PULL",
    "L_A": "L_A L_B LEGS",
    "L_B": "L_A L_B LEGS",
    "PUSH": "PUSH U_A U_B",
    "PULL": "PULL U_A U_B",
    "LEGS": "LEGS L_A L_B",
}
# Slots, isolation slots among them, and slots of the first priority.
SLOTS = {
    "FB_A": (7, 2, 3),
    "FB_B": (8, 3, 3),
    "FB_C": (7, 2, 3),
    "U_A": (7, 3, 3),
    "L_A": (6, 2, 2),
    "U_B": (7, 3, 3),
    "L_B": (6, 2, 2),
    "PUSH": (6, 3, 2),
    "PULL": (6, 2, 2),
    "LEGS": (6, 3, 2),
    "ACT": (5, 0, 1),
    "MOB": (8, 0, 6),
}
SLOTS_ADDED = {"FAT_LOSS": 1, "GENERAL_HEALTH": 1, "MOBILITY": 3}
EASY_DAYS = ("ACT", "MOB")
SETUP_S = {"barbell": 120, "ez_bar": 120, "plate_machine": 120, "band": 45, "bodyweight": 30, "none": 30}
OTHER_SETUP_S = 60
MUSCLES = {
    "chest": "chest",
    "lats": "back",
    "upper_back": "back",
    "front_delts": "front_delts",
    "side_delts": "side_delts",
    "rear_delts": "rear_delts",
    "triceps": "triceps",
    "biceps": "biceps",
    "quads": "quads",
    "hamstrings": "hamstrings",
    "glutes": "glutes",
    "abductors": "glutes",
    "calves": "calves",
    "abs": "core",
    "obliques": "core",
}


def _ladder(first: str, step: str, last: str) -> tuple[Decimal, ...]:
    kg, found = Decimal(first), []
    while kg <= Decimal(last):
        found.append(kg)
        kg += Decimal(step)
    return tuple(found)


LOADS = {
    "barbell": _ladder("20", "2.5", "300"),
    "ez_bar": _ladder("10", "2.5", "80"),
    "plate_machine": _ladder("0", "5", "400"),
    "stack": _ladder("5", "5", "120"),
    "cable": _ladder("2.5", "2.5", "80"),
    "dumbbell": _ladder("1", "1", "10") + _ladder("12", "2", "50"),
    "single_dumbbell": _ladder("1", "1", "10") + _ladder("12", "2", "50"),
    "kettlebell": tuple(map(Decimal, (4, 6, 8, 10, 12, 16, 20, 24, 28, 32))),
}
BANDS = ("LIGHT", "MEDIUM", "HEAVY")
AGES = ((18, "0.8"), (40, "1"), (55, "0.9"), (65, "0.8"), (200, "0.7"))
LEVEL_LOADS = ("1.0", "1.3", "1.6")
GAPS = ((56, "0.70"), (28, "0.80"), (14, "0.90"))
GAPS_65 = ((28, "0.70"), (14, "0.80"), (10, "0.90"))
