"""Messages: on, off, and at what time."""

import re
from datetime import time

from app.chat.numerals import BEFORE_UNIT, value
from app.chat.said import Intent, Said

_NOTICE = "(?:알림|알람|메시지|메세지|문자|톡|카톡|카카오톡|푸시|푸쉬|연락|광고)"
_HOW = re.compile(
    "어떻게|방법|왜|꺼 ?졌|꺼져|꺼 ?놨|껐|끄면|꺼 ?있|켜 ?있|켜져|켜 ?졌|안 ?(?:와|왔|오)|끄지|꺼지|끊지|잘못"
)
_OFF = re.compile(
    f"{_NOTICE}.{{0,12}}?(?:꺼|끄|끌|끔|그만|중단|중지|정지|멈춰|해제|해지|취소|차단|거부|off|오프|끊"
    "|필요 ?없|싫|지워|"
    "보내지 ?(?:마|말)|켜지 ?(?:마|말)|하지 ?(?:마|말)|안 ?보내|안 ?받|받지 ?않|받기 ?싫|받고 ?싶지 ?않)"
    "|보내지 ?(?:마|말)|그만 ?(?:보내|알려|연락)|수신 ?거부|구독 ?(?:취소|해지)|알려 ?주지 ?(?:마|말)"
)
_ON = re.compile(
    f"{_NOTICE}.{{0,12}}?(?:켜|켤|켬|다시|on(?![a-z])|온$|재개|받을|받고 ?싶|허용|보내 ?(?:줘|주세요|줄))"
    "|다시 ?(?:보내|알려) ?(?:줘|주세요)|수신 ?(?:동의|허용)"
)
_ASKED = re.compile("알림|알람|알려|깨워|보내|리마인|remind")
_NOT_ASKED = re.compile("왔|오나|와요|오는|안 ?와|몇 ?시|늦|않|지 ?마")
_SETTING = re.compile(
    "(?:알림|알람) ?(?:시간|시각)|(?:시간|시각) ?(?:을|를)? ?(?:바꿔|변경|설정|맞춰).{0,8}(?:알림|알람)"
    "|(?:알림|알람).{0,8}(?:바꿔|변경|설정|맞춰)"
)
_HALVES = "오전|오후|아침|점심|낮|저녁|밤|새벽|am|pm"
_HOUR = f"(?P<h>(?<![0-9.,])[0-2]?[0-9](?![0-9])|{BEFORE_UNIT})"
_MINUTE = "(?P<m>[0-9]{1,2}|BEFORE)".replace("BEFORE", BEFORE_UNIT)
_TIMES = tuple(
    re.compile(pattern)
    for pattern in (
        f"(?P<half>{_HALVES})? ?{_HOUR} ?시(?!간)(?: ?(?:(?P<thirty>반)|{_MINUTE} ?분))?",
        f"(?P<half>{_HALVES})? ?(?P<h>[0-2]?[0-9]):(?P<m>[0-5][0-9])(?![0-9:]) ?(?P<late>am|pm)?",
        "(?P<h>[0-2]?[0-9]) ?(?P<half>am|pm)(?![a-z])|(?P<noon>정오|자정)",
        f"(?:알림|알람) ?(?:시간|시각)?[은는을를]? ?(?P<half>{_HALVES})? ?(?P<h>(?:[01]?[0-9]|2[0-4]))(?:에"
        "|로|으로)?$",
    )
)
_BEFORE_IT = re.compile("분 ?전")


def notices(text: str) -> Said | None:
    """MUTE, UNMUTE or REMIND_AT. A stop is heard generously: the law wants it easy."""
    if not _HOW.search(text) and _OFF.search(text):
        return Said(Intent.MUTE)
    if _ASKED.search(text) and not _NOT_ASKED.search(text):
        found = next((match for each in _TIMES if (match := each.search(text))), None)
        if found or _SETTING.search(text):
            unclear = found is None or _BEFORE_IT.search(text)
            return Said(Intent.REMIND_AT, at=None if unclear or found is None else _at(found))
    if not _HOW.search(text) and _ON.search(text):
        return Said(Intent.UNMUTE)
    return None


def _at(found: re.Match[str]) -> time | None:
    """The time of day; without 오전 or 오후 as on a 24 h clock. 24 is midnight, 25 is None."""
    said = found.groupdict()
    if said.get("noon"):
        return time(12) if said["noon"] == "정오" else time(0)
    hour = _number(said["h"])
    minute = 30 if said.get("thirty") else _number(said.get("m") or "0")
    hour = _on_24(hour, said.get("half") or said.get("late") or "")
    return time(hour % 24, minute) if 0 <= hour <= 24 and 0 <= minute <= 59 else None


def _number(text: str) -> int:
    """Minutes and hours may have a leading zero; what is no whole number is out of every range."""
    if text.isdecimal():
        return int(text)
    found = value(text)
    return int(found) if found is not None and found == int(found) else -1


def _on_24(hour: int, half: str) -> int:
    if hour == 12 and half in ("오전", "밤", "새벽", "am"):
        return 0
    if half in ("오후", "저녁", "pm") and 1 <= hour < 12:
        return hour + 12
    if half in ("낮", "점심") and 1 <= hour < 6:
        return hour + 12
    return hour + 12 if half == "밤" and 6 <= hour < 12 else hour
