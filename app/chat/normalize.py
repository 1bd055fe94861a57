"""One spelling for many: what thumbs, keyboards and emoji make of a text, made plain."""

import re
import unicodedata

LONGEST = 1000
LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

# NFKC turns the jamo people type into conjoining ones; the tables of words are written with the former.
_JAMO = {
    **{0x1100 + place: jamo for place, jamo in enumerate(LEADS)},
    **{0x1161 + place: jamo for place, jamo in enumerate(VOWELS)},
    **{0x11A8 + place: jamo for place, jamo in enumerate(TAILS)},
}
_BEFORE = str.maketrans(
    {"½": ".5", "✅": " 완료 ", "✔": " 완료 ", "☑": " 완료 ", "✕": "x", "✖": "x", "❓": "?", "❔": "?"}
)
_AFTER = {
    **_JAMO,
    **dict.fromkeys(map(ord, "×"), "x"),
    **dict.fromkeys(map(ord, "–—−‐‑"), "-"),
    **dict.fromkeys(map(ord, "∼〜"), "~"),
    0x1160: " ",
}
_KEPT = frozenset("?.,:/+-~@*%")
_LAUGHTER = re.compile(r"(?<!ㅇ)[ㅋㅎㅠㅜ]+(?![ㄱㅇ])|ㄷㄷ+|ㅡㅡ+|ㅠㅠ+|ㅜㅜ+")
_LONE_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")
# A sign between numbers may be a range, a time or a decimal; after a letter and at the ends it is decoration.
_LONE_SIGN = re.compile(
    "(?<=[a-z가-힣ㄱ-ㅣ])[~:/@-]+|(?<=[a-z가-힣ㄱ-ㅣ]) [~:/@]+|(?<=[a-z가-힣ㄱ-ㅣ]) -+(?![0-9])"
    "|^[~:/@*]+|^-+(?![0-9])|[~:/@*+-]+$"
)
_CHEERS = re.compile("[ㅋㅎ👍🙏👌😊😄😁🙂🥰❤💪🔥🎉👏🙌🤗😆🤣😂]")


def plain(utterance: str) -> str:
    """Lower case, composed, half width, without emoji, laughter, control characters and stray punctuation.

    Digits are 0-9, a time sign is `x`, loose jamo are those of a keyboard (ㅇㅋ); `?.,:/+-~@` stay where they
    may mean something. Only the first 1,000 characters are looked at.
    """
    text = unicodedata.normalize("NFKC", utterance[:LONGEST].translate(_BEFORE))
    text = "".join(map(_kept, text.lower().translate(_AFTER)))
    text = _LONE_DOT.sub(" ", _LAUGHTER.sub(" ", text))
    return " ".join(_LONE_SIGN.sub(" ", " ".join(text.split())).split())


def only_cheers(utterance: str) -> bool:
    """Whether there is laughter or a friendly emoji; asked when nothing else is left."""
    return _CHEERS.search(utterance[:LONGEST]) is not None


def jamo(text: str) -> str:
    """Every syllable taken apart: 완료 → ㅇㅘㄴㄹㅛ."""
    return "".join(map(_apart, text))


def one_slip_apart(left: str, right: str) -> bool:
    """Whether one sign more, less or other turns one text into the other; equal texts count."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    rest = {
        (left[start:], right[start + 1 :]),
        (left[start + 1 :], right[start:]),
        (left[start + 1 :], right[start + 1 :]),
    }
    return any(one == other for one, other in rest)


def _kept(sign: str) -> str:
    if sign in _KEPT:
        return sign
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category in ("Cf", "Mn", "Me", "Mc"):
        return ""
    # Currency stays: what is not understood must not vanish beside a number.
    return sign if category[0] == "L" or category == "Sc" else " "


def _apart(sign: str) -> str:
    place = ord(sign) - 0xAC00
    if not 0 <= place < 11172:
        return sign
    lead, rest = divmod(place, 588)
    vowel, tail = divmod(rest, 28)
    return LEADS[lead] + VOWELS[vowel] + (TAILS[tail - 1] if tail else "")
