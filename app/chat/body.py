"""Pain, and what must not wait: read before everything else, and rather once too often."""

import re
from decimal import Decimal

from app.chat.numerals import BEFORE_UNIT, value
from app.chat.said import Intent, Said
from app.coach.enums import Area

AREAS = {
    Area.KNEE: "무릎|무릅|무르팍|슬개골|도가니",
    Area.LOWER_BACK: "허리|요추|디스크",
    Area.SHOULDER: "어깨|어꺠|회전근개|견갑",
    Area.ELBOW: "팔꿈치|팔굼치|팔꿈지|엘보",
    Area.WRIST: "손목|팔목",
    # 손목, 목요일, 목표 and 과목 have nothing to do with the neck.
    Area.NECK: "뒷목|목덜미|거북목|목뼈|경추|(?<![가-힣])(?:왼쪽|오른쪽|뒤쪽)?"
    "목(?=이|은|도|을|에|만|하고|랑|과| |,|$|아|통|디|뒤|쪽|결|뻐|삐|안)",
    Area.HIP: "고관절|골반|엉덩이|엉덩관절|사타구니|서혜부",
    Area.ANKLE: "발목|아킬레스",
}
HURTS = (
    "아파|아프(?!면)|아픔|아픈|아팠|아퍼|통증|찌릿|찌르|시큰|시큼|시려|시리|쑤시|쑤셔|결려|결리|저려|저리"
    "|저림|욱신|뻐근|삐끗|삐었|삐엇|삔|접질|"
    "다쳤|다친|다쳣|부었|부어|붓기|쥐 ?(?:가 )?(?:났|나|남)|경련|염좌|감각이? ?없|어지러|어지럽|어질|핑 ?돌"
)
# Only beside a body part: 무릎이 안 좋아.
HURTS_THERE = (
    "안 ?좋|불편|이상|땡겨|땡기|당겨|당기|뚝|소리|무리|나갔|나간|빠졌|빠진|빠질|걸려|거슬|안 ?굽|안 ?펴|부담"
)
DENIALS = re.compile(
    "(?:[가-힣]{1,6}[은는이가도] )?(?:안 ?(?:아파|아프|아픔|아픈|아팠)[가-힣]{0,3}|아프(?:지|진"
    "|지는)? ?않[가-힣]{0,3}"
    "|(?:통증|아픈 ?데|아픈 ?곳|이상|저림|증상)[은는이가도]? ?(?:없(?:어요?|음|습니다|네요?|고|는데요?|지만"
    "|다)?(?![가-힣])|안 ?느껴[가-힣]{0,3})|(?:기절"
    "|실신)[은는]? ?안[가-힣 ]{0,3})"
)
SCORES: tuple[tuple[int, str], ...] = (
    (7, "많이|너무|심하|심해|심각|엄청|진짜|매우|무지|극심|죽|존나|개아|굉장|못 ?참"),
    (5, "꽤|제법|상당"),
)
SCORES += ((2, "살짝|조금|약간|쫌|쪼금|쪼끔|조끔|좀|미세|은근"),)

_CHEST_GAP = (
    "(?:[ 이가은는도의에을를,]|쪽|부위|한쪽|왼쪽|오른쪽|가운데|안쪽|너무|많이|좀|조금|자꾸|계속|갑자기"
    "|심하게|엄청|진짜|살짝|약간|막|되게|부근|아까부터|지금|운동 ?중에|꽉){0,6}"
)
_EMERGENCIES = (
    f"(?:가슴|흉부|심장|명치)(?! ?(?:운동|근육|날|루틴)){_CHEST_GAP}"
    "(?:아프|아파|아픔|아픈|아퍼|통증|조이|조여|조임|조인|쪼이|쪼여|답답|눌리|눌려|눌린|짓눌|압박|압통"
    "|쥐어짜|찢|찌르|찔|찌릿|타는|이상|멎|멈)",
    "흉통|심정지|심근경색|심장마비|뇌졸중|뇌출혈|발작",
    "기절|실신|졸도|쓰러질|쓰러졌|쓰러지|쓰러집|정신[을이]? ?(?:를 )?(?:잃|희미|혼미|놓을|놓칠)"
    "|의식[이을]? ?(?:잃|없|희미|흐려|혼미)",
    "눈 ?앞이? ?(?:막|갑자기|너무|다)? ?(?:캄캄|깜깜|컴컴|까매|까맣|까만|하얘|하얗|하애|노래|노랗|새까"
    "|안 ?보|흐려)|앞이 ?(?:캄캄|깜깜|안 ?보|하얘|하얗)",
    "(?:너무|심하게|엄청|많이|계속|갑자기) ?(?:어지러|어지럽)",
    "숨[을이도]? ?(?:잘|제대로|거의|도저히)? ?(?:안 ?[쉬셔]|못 ?쉬|안 ?쉼|쉴 ?수가? ?없|막혀|막히|막힘|멎"
    "|쉬어지지|쉬기[가도]? ?(?:너무)? ?(?:힘|어려|곤란))|호흡 ?곤란|호흡[이을]? ?(?:안|못|힘들|어려)|질식",
    "(?:콜라|갈|검은|검정|까만|흑|간장|커피|초콜릿|붉은|빨간|피) ?(?:색|빛|색깔)? ?(?:의|이|나는|섞인"
    "|같은)? ?(?:소변|오줌)|혈뇨",
    "(?:소변|오줌)(?:[이은에의 ]|색깔?|너무|진짜|완전|좀){0,8}(?:콜라|갈색|검|까만|까매|까맣|간장|붉"
    "|빨개|빨갛|빨간|피가|피 )",
    "(?:심하게|엄청|퉁퉁|극심하게|어마어마하게|풍선처럼|터질 ?듯이?) ?(?:부었|부어|붓|부음|부풀|부은)"
    "|(?:붓기|부종"
    "|부기)[가이]? ?(?:너무)? ?(?:심|엄청|극심)",
    "(?:회음부|항문|안장|사타구니|엉덩이 ?안쪽|가랑이|생식기).{0,8}?(?:감각|무감각|먹먹|저리|저려|마비|얼얼)",
    "(?:소변|대변|오줌|똥|대소변|방광|배변|배뇨).{0,10}?(?:조절|못 ?참|참을 ?수가? ?없|안 ?나와|안 ?나오"
    "|안 ?나옴|샜|새요|샌다|새는|지렸|실금)",
    "말[이]? ?(?:어눌|안 ?나와)|(?:한쪽|반쪽|팔다리|얼굴|왼팔|오른팔|팔|다리)[이가에]? ?(?:.{0,4} )?마비",
    "(?<![0-9.,])119(?![0-9]|[.,][0-9]| ?(?:kg|키|킬|회|개|번|초|분|x|에 ?[0-9]))|구급차|앰뷸런스|엠뷸런스"
    "|응급실|응급 ?상황|응급이",
)
_EMERGENCY = re.compile("|".join(f"(?:{each})" for each in _EMERGENCIES))
_AREA = tuple((area, re.compile(words)) for area, words in AREAS.items())
_HURTS, _HURTS_THERE = re.compile(HURTS), re.compile(HURTS_THERE)
_OUT_OF_TEN = re.compile(
    f"10점? ?(?:만점|중)[에의]?서? ?({BEFORE_UNIT})|({BEFORE_UNIT}) ?점|(?<![0-9/])(10"
    "|[1-9]) ?/ ?10(?![0-9/])"
)
_BARE_SCORE = re.compile(
    r"(?<![0-9.,:/])(10|[1-9])(?: ?정도| ?쯤)?(?=요?$| |이에요|입니다|예요)"
    "(?! ?(?:개|회|번|kg|키|킬|세트|초|분|시|일|x|주|년|달|월))"
)
_ONLY_AREA = re.compile(
    "(?:왼쪽|오른쪽|양쪽|왼|오른|오른손|왼손|요|이요|이에요|예요|랑|이랑|하고|와|과|그리고|쪽|부위|,| )*"
)
_ONLY_SCORE = re.compile(
    f"(?:통증 ?(?:은|점수는?|강도는?)? ?)?(?:{BEFORE_UNIT}) ?점(?: ?정도| ?쯤)?(?:요|이요|이에요|입니다)?"
    f"|10점 ?만점에 ?(?:{BEFORE_UNIT}) ?점?(?: ?정도)?(?:요|이요)?|통증 ?(?:10|[1-9])"
)


def emergency(text: str) -> Said | None:
    """Signs that send people to 119: chest, fainting, breath, dark urine, great swelling, numb saddle."""
    return Said(Intent.EMERGENCY) if _EMERGENCY.search(DENIALS.sub(" ", text)) else None


def pain(text: str) -> Said | None:
    """A pain, where and how bad; also a body part or a score alone, as answers to "어디가?", "몇 점?"."""
    if not hurts(text):
        return None
    rest = DENIALS.sub(" ", text)
    return Said(Intent.PAIN, areas=areas(rest), pain_score=score(rest))


def hurts(text: str) -> bool:
    """Whether anything hurts; sore muscles alone and denied pain do not."""
    rest = DENIALS.sub(" ", text)
    found = areas(rest)
    if _HURTS.search(rest) or (found and _HURTS_THERE.search(rest)):
        return True
    if _ONLY_SCORE.fullmatch(text) and score(text):
        return True
    return bool(found) and _ONLY_AREA.fullmatch(_without_areas(_OUT_OF_TEN.sub(" ", text))) is not None


def areas(text: str) -> tuple[Area, ...]:
    """The body parts named, in the order they are named."""
    found = [(match.start(), area) for area, words in _AREA if (match := words.search(text))]
    return tuple(area for _, area in sorted(found))


def score(text: str) -> int | None:
    """1 to 10: a number of points, one bare number, or a word of degree (조금 2, 꽤 5, 심하게 7)."""
    if found := _OUT_OF_TEN.search(text):
        return _one_to_ten(value(next(filter(None, found.groups()))))
    if found := _BARE_SCORE.search(text):
        return int(found[1])
    return next((points for points, words in SCORES if re.search(words, text)), None)


def _one_to_ten(points: Decimal | None) -> int | None:
    return int(points) if points is not None and 1 <= points <= 10 else None


def _without_areas(text: str) -> str:
    for _, words in _AREA:
        text = words.sub("", text)
    return text
