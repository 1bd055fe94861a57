"""From an utterance to its meaning: readers asked in order, the first that knows answers."""

import re
from collections.abc import Callable
from dataclasses import replace

from app.chat import body, notices, wishes
from app.chat.normalize import only_cheers, plain
from app.chat.report import report
from app.chat.said import Intent, Said
from app.chat.scan import LONGEST_REPORT, scan
from app.chat.typos import mend
from app.chat.words import Kind

Reader = Callable[[str], Said | None]

_CODE = re.compile(
    "(?:(?:연결|인증|연동|등록|확인|코드|번호|code|제)[은는을를: ]{0,2}){0,4}([0-9]{3})[ -]?([0-9]{3})"
    "(?: ?(?:요|이요|이에요|예요|입니다|임|연결|연동|인증|코드|등록|해 ?줘요?|해 ?주세요|할게요?)){0,3}"
)
_ON_TO_THE_NEXT = re.compile(
    " ?(?:이제 ?)?다음(?: ?(?:거|것|꺼|건|껀|운동|세트|은|은요|뭐|뭐야|뭐예요|뭐에요|뭐해|뭐해요"
    "|알려 ?줘요?|알려 ?주세요|요|가자)){0,3}[?]?$"
)

# Beside a pain: a set of another day, of somebody else, or one that was not done.
_ELSEWHEN = re.compile("어제|그제|저번|지난|예전|전에|내일|친구|말고|했어야|했으면")


def understand(utterance: str) -> Said:
    """What `utterance` says. Total: any text, never an exception; linear in its length, of which 1,000 count.

    Only what is clear changes anything: a set report must be made of known words and numbers to its last
    letter, so questions, plans, negations and talk of other days are none. Emergencies win over everything.
    """
    text = plain(utterance)
    if not text:
        return Said(Intent.THANKS if only_cheers(utterance) else Intent.UNKNOWN)
    return next((said for reader in _READERS if (said := reader(text))), Said(Intent.UNKNOWN))


def _code(text: str) -> Said | None:
    found = _CODE.fullmatch(text)
    return Said(Intent.LINK_CODE, code=found[1] + found[2]) if found else None


def _report(text: str) -> Said | None:
    """A report, also with a question for the next exercise behind it: "8개 했어 다음 뭐야?"."""
    told = _ON_TO_THE_NEXT.sub("", mend(text))
    pieces = scan(told)
    return report(pieces) if pieces else None


def _pain(text: str) -> Said | None:
    """A pain, and the set that was done before it or in spite of it: "8개 했는데 무릎 아파"."""
    said = body.pain(text)
    if said is None or len(text) > LONGEST_REPORT or _ELSEWHEN.search(text):
        return said
    gaps = [place for place, sign in enumerate(text) if sign == " "]
    parts = (part for gap in gaps for part in (text[:gap], text[gap + 1 :]))
    return replace(said, report=next(filter(None, map(_done, parts)), None))


def _done(text: str) -> Said | None:
    """A set that is counted and said to be done; not `운동 했어`, nor `8개` alone."""
    pieces = scan(mend(text))
    if not pieces or all(piece.kind is not Kind.DONE for piece in pieces):
        return None
    said = report(pieces)
    counted = said is not None and (said.reps, said.seconds) != (None, None)
    return said if said and said.intent is Intent.DONE and counted else None


def _mended(reader: Reader) -> Reader:
    return lambda text: reader(mend(text))


_READERS: tuple[Reader, ...] = (
    body.emergency,
    _code,
    _mended(wishes.plain_skip),
    _pain,
    notices.notices,
    _report,
    wishes.other_skip,
    _mended(wishes.wish),
)
