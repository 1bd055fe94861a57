"""The AlimTalk templates: their texts, names and buttons, once, for everything that shows or sends them.

The texts are what the provider approved; apart from `#{variables}` a message must equal them. All are
informational: each tells the trainee something they asked for. A new sender profile may fill a
variable with at most 14 characters more than its placeholder has (NHN Cloud, API code -1028), so
placeholders are named generously and values are held to that. How the dealer counts is not documented:
here it is as UTF-16 does, where an emoji has two characters; that can only be too short.
"""

import re
from dataclasses import dataclass
from types import MappingProxyType

from app.chat.answers import cut

SPARE = 14
_PLACEHOLDER = re.compile(r"#\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """One approved template; `setting` names the environment variable that holds its code.

    `facts` are the variables that a memo shows below its text when it is cut, each under a short label.
    """

    kind: str
    setting: str
    title: str
    text: str
    buttons: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the placeholders, in order of appearance."""
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(self.text)))

    def limit(self, variable: str) -> int:
        """How many characters a value of `variable` may have, by `units`."""
        return len(f"#{{{variable}}}") + SPARE

    def render(self, values: dict[str, str]) -> str:
        """The message as the trainee reads it."""
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), self.text)

    def fit(self, values: dict[str, str]) -> dict[str, str]:
        """The same values, each cut to its limit with an ellipsis."""
        return {name: cut(value, self.limit(name)) for name, value in values.items()}


_DAILY_PLAN = Template(
    kind="daily_plan",
    setting="KAKAO_TEMPLATE_DAILY_PLAN",
    title="오늘의 운동 계획 안내",
    text=(
        "#{회원이름}님, 신청하신 #{운동날짜} 운동 계획이 준비되었습니다.\n\n"
        "▶ 오늘의 운동: #{오늘의운동구성}\n"
        "▶ 예상 시간: #{예상시간}\n\n"
        "세트를 마칠 때마다 채팅창에 '완료' 또는 '건너뛰기'를 보내 주시면 다음 계획에 반영됩니다.\n"
        "이 알림은 회원님이 신청하신 운동 일정 안내이며, '알림 꺼'라고 보내시면 중단됩니다."
    ),
    buttons=("오늘 운동", "완료", "건너뛰기"),
    facts=(("운동", "오늘의운동구성"), ("시간", "예상시간")),
)
_SUMMARY = Template(
    kind="summary",
    setting="KAKAO_TEMPLATE_SUMMARY",
    title="오늘의 운동 기록 안내",
    text=(
        "#{회원이름}님, 요청하신 #{운동날짜} 운동 기록을 알려 드립니다.\n\n"
        "▶ 완료한 세트: #{완료한세트수}\n"
        "▶ 건너뛴 세트: #{건너뛴세트수}\n"
        "▶ 들어 올린 무게: #{총운동량}\n\n"
        "이 알림은 회원님이 신청하신 기록 안내이며, '알림 꺼'라고 보내시면 중단됩니다."
    ),
    buttons=("이번 주",),
    facts=(("완료", "완료한세트수"), ("건너뜀", "건너뛴세트수"), ("무게", "총운동량")),
)
_NOTICE = Template(
    kind="notice",
    setting="KAKAO_TEMPLATE_NOTICE",
    title="운동 일정 변경 안내",
    text=(
        "#{회원이름}님, 이용 중인 운동 코칭에 대한 안내입니다.\n\n"
        "▶ #{안내드리는제목}\n"
        "#{안내드리는자세한내용}\n\n"
        "이 알림은 회원님의 운동 코칭 이용에 필요한 안내입니다."
    ),
    facts=(("안내", "안내드리는제목"),),
)

TEMPLATES = MappingProxyType({template.kind: template for template in (_DAILY_PLAN, _SUMMARY, _NOTICE)})
