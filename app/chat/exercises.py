"""How exercises are called, in the catalogue and in the gym."""

import re

from app.chat.normalize import plain

# Whole names whose parts mean something else elsewhere.
NAMES = (
    "한 ?발 ?서기|90/90 고관절 스트레칭|발목 가동성 드릴|가슴 스트레칭|천국의 ?계단|빠르게 걷기"
    "|의자 스쿼트|실내 사이클"
)
LIFTS = (
    "벤치프레스|벤치|백스쿼트|스쿼트|스쾃|데드리프트|데드버그|데드|밀프|밀리터리프레스|ohp|프레스|로우"
    "|이두컬|컬|풀업|턱걸이|친업|푸쉬업|푸시업|팔굽혀펴기|플랭크|런지|레그프레스|레그컬|레그익스텐션"
    "|랫풀다운|풀다운|푸시다운|딥스|레터럴|레이즈|사레레|크런치|쓰러스트|힙쓰러스트|걷기|러닝머신|러닝"
    "|런닝|자전거|사이클|버피|테스트|브릿지|글루트|익스텐션|플라이|펙덱|킥백|굿모닝|스윙|스텝업"
    "|스트레칭|줄넘기|로잉|트레드밀|캐리|캣카우|버드독|클라이머|마운틴|페이스풀|어파트|오픈북|포즈"
    "|차일드|드릴"
)
KINDS = (
    "덤벨|바벨|케이블|머신|스미스|케틀벨|이지바|고블릿|루마니안|컨벤셔널|시티드|스탠딩|인클라인"
    "|디클라인|스모|불가리안|스플릿|워킹|리버스|해머|숄더|체스트|프론트|사이드|카프|행잉|오버헤드"
    "|트라이셉스|페이스|플로어|랜드마인|파이크|원암|서포티드|인버티드|클로즈|그립|벤트오버|팔로프"
    "|파머스|수트케이스|경사|싱글|레그|엎드려|흉추|장요근|햄스트링|bench|squat|deadlift"
)
# Words only beside others: 힙 쓰러스트, 페이스 풀, 핵 스쿼트.
SHORT = "힙|풀|핵|벽|백|니|w|y"
EXERCISES = f"{NAMES}|{LIFTS}|{KINDS}"
_WORDS, _LIFT = re.compile(EXERCISES), re.compile(f"{NAMES}|{LIFTS}")


def named(text: str) -> frozenset[str]:
    """The words in a text that name an exercise; none if they say only with what: 덤벨 12kg."""
    words = _WORDS.findall(plain(text))
    return frozenset(words) if any(map(_LIFT.fullmatch, words)) else frozenset()


def is_called(name_ko: str, words: frozenset[str]) -> bool:
    """Whether all of these words stand in the name, whatever its blanks."""
    name = name_ko.replace(" ", "").lower()
    return bool(words) and all(word.replace(" ", "") in name for word in words)
