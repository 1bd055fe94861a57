"""What the trainee's page says, in Korean; how measures are written is in `chat.figures`."""

from collections.abc import Mapping
from typing import Any

from app import coach
from app.chat import figures

STATUSES: Mapping[str, str] = {
    "PENDING": "남음",
    "DONE": "완료",
    "SKIPPED": "건너뜀",
    "FAILED": "실패",
}
SKIP_REASONS: Mapping[str, str] = {
    "busy": "기구가 사용 중이에요",
    "time": "시간이 없어요",
    "other": "다른 이유예요",
    "pain": "아파요",
}
SCORES: Mapping[str, str] = {
    str(score): f"{score}점 · {'약해요' if score < 4 else '꽤 아파요' if score < 7 else '심해요'}"
    for score in range(1, 11)
}
# What is wrong with a field, by its name in the report.
FAULTS: Mapping[str, str] = {
    "performed_reps": "횟수는 0부터 100까지의 숫자로 적어 주세요.",
    "performed_seconds": "시간은 0부터 7200까지의 숫자(초)로 적어 주세요.",
    "performed_weight_kg": "무게는 0부터 500까지, 소수점 아래 셋째 자리까지 적어 주세요.",
    "performed_band": "밴드는 목록에서 골라 주세요.",
    "actual_rest_sec": "쉰 시간은 0초부터 3600초까지 적어 주세요.",
    "rir": "여유는 0부터 10까지의 숫자로 적어 주세요.",
    "skip_reason": "목록에서 이유를 골라 주세요.",
    "pain/area": "아픈 부위를 골라 주세요.",
    "pain/score": "아픈 정도를 1부터 10까지에서 골라 주세요.",
}
NOT_UNDERSTOOD = "보내신 내용을 이해하지 못했어요. 아래에서 다시 눌러 주세요."
# Pages that only say something: a title and a sentence, by the word of what happened.
MESSAGES: Mapping[str, tuple[str, str]] = {
    "not_found": (
        "페이지를 찾지 못했어요",
        "주소가 중간에 잘렸거나 바뀐 것 같아요. 카카오톡 메시지에 있는 버튼을 다시 눌러 주세요.",
    ),
    "old": ("지난 계획이에요", "운동한 날로부터 3일이 지나 이 페이지를 닫았어요. 기록은 잘 간직하고 있어요."),
    "canceled": ("취소된 계획이에요", "이 계획은 취소되었어요. 새 계획이 준비되면 메시지로 알려 드릴게요."),
    "left": (
        "닫힌 페이지예요",
        "서비스 이용을 마치셔서 이 페이지를 닫았어요. 그동안 함께해 주셔서 고마워요.",
    ),
    "no_set": (
        "세트를 찾지 못했어요",
        "그사이 계획이 바뀐 것 같아요. 계획으로 돌아가 지금의 세트를 확인해 주세요.",
    ),
    "forbidden": (
        "이 페이지에서만 기록할 수 있어요",
        "다른 사이트에서 온 요청이라 기록하지 않았어요. 메시지의 버튼으로 들어와 다시 눌러 주세요.",
    ),
    "validation": ("이해하지 못했어요", "보내신 내용을 읽지 못했어요. 계획으로 돌아가 다시 눌러 주세요."),
    "conflict": (
        "지금은 기록할 수 없어요",
        "그사이 계획이 바뀐 것 같아요. 계획으로 돌아가 다시 확인해 주세요.",
    ),
    "too_large": ("내용이 너무 길어요", "보내신 내용이 너무 길어 기록하지 못했어요."),
    "too_many_requests": (
        "잠시 후 다시 열어 주세요",
        "잘못된 주소로 너무 자주 들어왔어요. 조금 뒤에 카카오톡 메시지에 있는 버튼을 다시 눌러 주세요.",
    ),
    "unavailable": (
        "잠시 연결이 어려워요",
        "기록하지 못했어요. 잠시 후 다시 눌러 주세요. 두 번 눌러도 한 번만 기록돼요.",
    ),
    "internal": ("문제가 생겼어요", "저희 쪽에 문제가 생겼어요. 잠시 후 다시 시도해 주세요."),
}


def message(code: str) -> tuple[str, str]:
    """Title and sentence for what happened."""
    return MESSAGES.get(code, MESSAGES["validation"])


def context() -> dict[str, Any]:
    """The words under the names that the templates use."""
    return {
        "AREAS": figures.AREAS,
        "BANDS": figures.BANDS,
        "SCORES": SCORES,
        "SKIP_REASONS": SKIP_REASONS,
        "STATUSES": STATUSES,
        "duration": figures.duration,
        "kilograms": figures.kilograms,
        "number": figures.number,
        "performed": figures.performed,
        "reason_ko": coach.reason_ko,
        "target": figures.target,
    }
