"""What trainees read: Korean for templates, body parts, items and every reason code."""

from collections.abc import Mapping

from app.coach.catalogue import exercises
from app.coach.draft import Draft
from app.coach.types import Plan, Status, Template, Tier

TITLES: Mapping[Template, str] = {
    Template.FB_A: "전신 A",
    Template.FB_B: "전신 B",
    Template.FB_C: "전신 C",
    Template.U_A: "상체 A",
    Template.L_A: "하체 A",
    Template.U_B: "상체 B",
    Template.L_B: "하체 B",
    Template.PUSH: "상체 밀기",
    Template.PULL: "상체 당기기",
    Template.LEGS: "하체",
    Template.ACT: "가벼운 활동",
    Template.MOB: "유연성",
}
MUSCLES: Mapping[str, str] = {
    "chest": "가슴",
    "front_delts": "어깨",
    "side_delts": "어깨",
    "rear_delts": "어깨",
    "triceps": "팔",
    "biceps": "팔",
    "forearms": "팔",
    "lats": "등",
    "upper_back": "등",
    "lower_back": "허리",
    "quads": "허벅지",
    "hamstrings": "허벅지",
    "adductors": "허벅지",
    "glutes": "엉덩이",
    "abductors": "엉덩이",
    "calves": "종아리",
    "abs": "코어",
    "obliques": "코어",
    "hip_flexors": "고관절",
    "cardio": "유산소",
}
RESTS: Mapping[str, tuple[str, str]] = {
    "NOT_A_TRAINING_DAY": ("오늘은 쉬는 날", "오늘은 운동하지 않는 요일이에요. 푹 쉬어 주세요."),
    "WEEK_DONE": ("이번 주 운동 완료", "이번 주에 할 운동을 모두 마쳤어요. 다음 주에 만나요."),
    "RECOVERY": ("회복하는 날", "같은 근육을 어제 썼어요. 48시간은 쉬어야 더 강해져요."),
    "ILLNESS": ("아픈 날은 쉬어요", "열이 나거나 아픈 날은 쉬는 게 먼저예요. 다 나으면 다시 시작해요."),
    "NO_ELIGIBLE": (
        "할 수 있는 운동이 없어요",
        "지금 조건에 맞는 운동을 찾지 못했어요. 기구나 제외한 운동을 확인해 주세요.",
    ),
}
REVIEWS: Mapping[str, str] = {
    "EMERGENCY_STOP": (
        "운동을 바로 멈추세요. 가슴 통증, 실신, 심한 호흡 곤란, 콜라색 소변, 심한 붓기, 회음부 감각 이상이나 "
        "대소변 조절 문제가 있으면 지금 119에 연락하거나 병원에 가세요. "
        "담당자가 확인할 때까지 운동을 보내지 않아요."
    ),
    "PARQ_YES": "운동 전에 의사의 확인이 필요한 답변이 있어요. 확인받은 날짜를 알려 주시면 시작할 수 있어요.",
    "PREGNANT": "임신 중 운동은 대개 좋지만, 의사와 상의한 뒤 담당자가 직접 계획해 드려요.",
    "POSTPARTUM": "출산 후 12주까지는 의사와 상의한 뒤 담당자가 직접 계획해 드려요.",
    "AGE_UNDER_16": "만 16세 미만은 지도자와 함께 운동해야 해요. 담당자가 연락드릴게요.",
    "AGE_OVER_LIMIT": "안전을 위해 담당자가 먼저 건강 상태를 확인한 뒤 시작해요.",
    "GUARDIAN_CONSENT": "만 18세 미만은 보호자의 동의가 필요해요.",
    "INJURY_SEVERE": "통증이나 부상이 심해 보여요. 운동을 쉬고 병원 진료를 먼저 받아 주세요.",
    "LOW_BMI_FAT_LOSS": "지금 체중에서는 체중 감량을 목표로 할 수 없어요. 다른 목표를 골라 주세요.",
}
PHASES: Mapping[str, str] = {
    "INTRO": "처음 몇 번은 세트를 줄이고 여유 있게 해요.",
    "COMEBACK": "오랜만이라 무게와 세트를 줄였어요.",
    "DELOAD": "이번 주는 회복 주간이에요. 가볍게 해요.",
    "LIGHT_DAY": "피곤한 날이라 세트를 줄였어요.",
    "T2-REST": "시간에 맞춰 쉬는 시간을 줄였어요.",
    "WEEK_OVER": "이번 주 운동량이 많은 부위가 있어요.",
}
ITEMS: Mapping[str, str] = {
    "START": "첫 기록이니 가볍게, 자세부터 익혀요.",
    "E1RM": "지금까지의 기록에 맞춘 무게예요.",
    "OTHER_TIER": "다른 날의 기록에 맞춘 무게예요.",
    "LOAD_UP": "지난번에 모두 해내서 무게를 올렸어요.",
    "CALIBRATE_UP": "지난번에 여유가 많아서 무게를 올렸어요.",
    "REPS_UP": "지난번에 모두 해내서 {unit} 늘렸어요.",
    "REPS_PAST_TOP": "무게를 올리기 전에 {unit} 더 늘려요.",
    "TOP": "최고 기록을 지켜요.",
    "HOLD": "지난번에 남긴 세트가 있어 그대로 한 번 더 해요.",
    "HARD": "지난번에 힘들었으니 그대로 한 번 더 해요.",
    "MISS:REPEAT": "아깝게 놓쳤어요. 같은 목표로 한 번 더 해요.",
    "MISS:RESET": "두 번 연속 놓쳐서 조금 낮춰 다시 쌓아요.",
    "BIG_MISS": "지난번에 무리였으니 낮춰서 다시 쌓아요.",
    "GAP:HOLD": "며칠 쉬었으니 지난번 그대로 해요.",
    "LIGHT:HOLD": "피곤한 날이니 지난번 그대로 해요.",
    "GAP:0.90": "2주쯤 쉬어서 10% 낮췄어요.",
    "GAP:0.80": "한 달쯤 쉬어서 20% 낮췄어요.",
    "GAP:0.70": "오래 쉬어서 30% 낮췄어요.",
    "STALE": "이 운동은 오랜만이라 낮춰서 시작해요.",
    "RANGE_SHIFT": "반복 범위가 바뀌어 무게를 다시 맞췄어요.",
    "DELOAD": "회복 주간이라 가볍게 해요.",
    "COARSE": "무게 간격이 커서 횟수를 줄였어요.",
    "CAUTION": "불편한 부위가 있어 무게를 낮췄어요. 아프면 바로 멈추세요.",
    "LADDER_UP": "잘하고 있어 한 단계 어려운 동작으로 바꿨어요.",
    "LADDER_DOWN": "한 단계 쉬운 동작으로 다시 쌓아요.",
    "FALLBACK": "조건에 맞춰 비슷한 운동으로 바꿨어요.",
    "SWAP": "바꾼 운동이에요.",
    "LLM": "코치가 오늘에 맞춰 골랐어요.",
}
RAMPS = ("50%로 8회", "70%로 5회", "85%로 2회")
EASY_TALK = "말은 하되 노래는 못 할 정도로."


def summary(plan: Plan) -> str:
    """One line: `상체 밀기 · 5종목 · 48분`, or why it is a day of rest."""
    if plan.status is Status.REVIEW_REQUIRED:
        return "휴식 · 담당자 확인이 필요해요"
    if plan.status is Status.REST or plan.template is None:
        return f"휴식 · {_rest(plan)[0]}"
    return f"{TITLES[plan.template]} · {len(plan.items)}종목 · {plan.minutes}분"


def explain(plan: Plan) -> tuple[str, ...]:
    """Sentences for the trainee: why there is rest or a review, or what is special about the session."""
    if plan.status is Status.REVIEW_REQUIRED:
        return tuple(map(reason_ko, plan.reasons))
    if plan.status is Status.REST:
        return (_rest(plan)[1],)
    words = dict.fromkeys(reason.split()[0] for reason in plan.reasons)
    said = [PHASES[word] for word in words if word in PHASES]
    if any(word.endswith(("-DROP", "-SETS")) for word in words):
        said.append("시간과 운동량에 맞춰 일부를 줄였어요.")
    return tuple(said)


def reason_ko(reason: str) -> str:
    """A sentence on why there is a review or a day of rest, or on what is special about a session.

    Takes any reason of a plan; what is only of interest to the rules has no words and gives "".
    """
    code = reason.split()[0]
    if code in RESTS:
        return RESTS[code][1]
    return REVIEWS.get(code) or PHASES.get(code, "")


def body_part(slug: str) -> str:
    """The body part an exercise is for: 가슴, 등, 어깨 …. Raises `KeyError` for an unknown slug."""
    exercise = exercises()[slug]
    return "스트레칭" if exercise.pattern == "mobility" else MUSCLES[exercise.primary[0]]


def item_note(draft: Draft, ramp_sets: int) -> str:
    """A short note on one item: why this target, both sides, how to warm up, how hard."""
    if draft.tier is Tier.COND:
        return EASY_TALK
    unit = "시간을" if draft.exercise.seconds else "횟수를"
    said = [] if draft.tier is Tier.MOB else [ITEMS[code].format(unit=unit) for code in draft.reasons]
    if draft.exercise.per_side:
        said.append("좌우 각각 하세요.")
    if draft.tier is Tier.MAIN and draft.kg and ramp_sets:
        said.append(f"먼저 {', '.join(RAMPS[:ramp_sets])} 몸을 풀어요.")
    return " ".join(said)


def _rest(plan: Plan) -> tuple[str, str]:
    code = plan.reasons[0].split()[0]
    return RESTS.get(code, RESTS["NO_ELIGIBLE"])
