"""Questions and wishes: what is next, what is left, skipping, another exercise, help, thanks."""

import re

from app.chat import body
from app.chat.exercises import EXERCISES
from app.chat.said import Intent, Said, SkipReason, Whole

BUSY = (
    "자리[가도]? ?(?:가 )?(?:없|꽉|안 ?나)|(?:기구|기계|머신|벤치|랙|스미스|덤벨|아령|바벨|케이블|원판|밴드"
    "|매트|철봉|렉)"
    "[가이는은도에를]? ?(?:지금|다|전부|누가|사람이?|딴 ?사람이?)? ?(?:없|사용 ?중|쓰고|쓰는|써요|쓰네"
    "|차 ?있|찼|꽉|고장|못 ?써|부족|점령|만석)"
    "|누가 ?(?:쓰|사용|하고)|사람[이]? ?(?:너무|많아|많네|많음|많은)|(?:사용|이용) ?중|기다려야|줄 ?서"
    "|다른 ?(?:운동|거|걸|것|종목)|운동[을]? ?(?:좀)? ?(?:바꿔|변경|교체|바꾸)|대체 ?(?:운동|종목)"
    "|대신 ?(?:할|뭐|다른)|이거 ?말고"
)
HARD_SKIP = (
    "건너 ?[뛰띄뜁뛸뜀]|스킵|skip|패스|패쓰|(?<![a-z])pass|rjssjenlrl|ㄱㄴㄸㄱ|생략|넘어가|넘어갈|넘길|넘겨"
    "|넘기자|제낄|재낄"
)
SOFT_SKIP = (
    "못 ?(?:하|들|밀|당기)겠|안 ?할래|안 ?할게|안 ?하고 ?싶|하기 ?싫|안 ?할란다|그만 ?할래|그만 ?할게"
    "|그만하고 ?싶"
)
PLAN_SKIP = (
    "오늘.{0,12}?(?:쉴|쉬어야|쉬고 ?싶|쉬려|쉽니다|쉬겠|쉬자|쉬어요|쉼$|안 ?(?:해|할|가|갈)|못 ?(?:해|할|하"
    "|가|갈|했|갔))"
    "|못 ?(?:갈|가) ?(?:것|거|듯|요|겠|$)|못 ?가(?:요|겠|$)|운동[을은도]? ?(?:오늘)? ?(?:쉴|쉬어야|쉬고"
    "|못 ?(?:해|할|하|가|갈|했)|안 ?(?:해|할))"
    "|오늘 ?운동[을은]? ?취소|운동 ?취소|오늘 ?휴무|오늘 ?결석"
)
ASKS = (
    "[?]|까요?$|나요?$|되나|돼요?$|되요?$|되죠$|되니|어떻게|건너뛰면|스킵하면|패스하면|지[ ]?(?:마|말|않)"
    "|안 ?(?:건너|스킵|패스|넘)|(?:건너 ?뛰기|스킵|패스).{0,6}취소|뛰었|했는데|아직"
)
ELSEWHEN = "어제|그제|그저께|엊그제|내일|모레|지난|저번|다음 ?(?:주|날|달|번)|이따|나중|작년|전에"
EVERYTHING = "오늘|하루|(?:나머지|남은) ?운동|운동[을은도]? ?(?:쉴|쉬|못|안)|못 ?(?:갈|가)"
THIS_ONE = (
    "(?:이|이번|지금) ?(?:운동|종목)|(?:운동|종목)[을은]? ?(?:패스|스킵|건너)|(?:나머지|남은|모든) ?(?:세트"
    f"|거|것|다)|전부|모두|{EXERCISES}"
)
REASONS: tuple[tuple[SkipReason, str], ...] = (
    (
        "time",
        "시간[이도은]? ?(?:없|부족|모자|안 ?(?:돼|되|나)|촉박)|바빠|바쁘|늦|약속|야근|회의|회식|급한|가봐야"
        "|가야|출근|퇴근",
    ),
    ("busy", BUSY),
    ("other", "서 |서$|니까|라서|때문|컨디션|피곤|힘들|귀찮|졸려|졸리|싫|몸살|감기|열나|배고"),
)

WISHES: tuple[tuple[Intent, str], ...] = (
    (Intent.BUSY, BUSY),
    (
        Intent.START,
        "^(?:(?:네|자|이제|그럼|오늘|지금|운동|헬스장|코치님|바로) ?){0,3}(?:시작|스타트|start|ㅅㅈ|tlwkr)"
        "(?: ?(?:할게요?|할께요?|해요|합니다|하자|하겠습니다|한다|했어요?|했습니다|해볼게요?|해볼까|해보자"
        "|하기|요|함|이요|해|할래요?|ㄱㄱ+|갑니다))?$"
        "|^(?:ㄱㄱ+|고고+|가즈아|가보자고?|렛츠고|lets ?go|go|출발|가자|운동 ?가자|도착|(?:헬스장|체육관"
        "|짐)[에]? ?(?:도착|왔)[가-힣]{0,4})$",
    ),
    (Intent.WEEK, "이번 ?주|금주|주간|일주일|위클리|weekly|한 ?주 ?(?:기록|요약)"),
    (
        Intent.SUMMARY,
        "요약|오운완|ㅇㅇㅇㄹ|기록[은을이]? ?(?:좀)? ?(?:보여|봐|알려|확인|조회)|^(?:내 ?|나의 ?"
        "|오늘의? ?)?(?:기록|결과|통계)(?:은|는)?(?: ?(?:요|좀|뭐야))?[?]?$|"
        "오늘 ?(?:의 ?)?(?:기록|결과|통계|볼륨|총)|얼마나 ?(?:했|들었|운동했)|(?:몇|얼마) ?(?:세트|개|키로"
        "|kg|회)? ?(?:나 )?(?:했|들었)|"
        "(?:오늘|운동)[ 은도]?(?:운동|꺼|거)? ?(?:은|도)? ?(?:다|전부)? ?(?:완료|끝|다 ?했|클리어|마쳤"
        "|마무리|했어)",
    ),
    (
        Intent.REMAINING,
        "남은|나머지|얼마나 ?(?:더)? ?남|몇 ?(?:세트|개|종목|운동)[ 가이나]*(?:더)? ?남|남았(?:어|나|지|니"
        "|죠|습니까)|언제 ?끝나|얼마나 ?더|(?:몇|얼마) ?(?:세트|개)? ?더 ?(?:해|하)|끝나려면",
    ),
    (
        Intent.REST,
        "쉬는 ?시간|휴식|얼마나 ?(?:쉬|쉴)|몇 ?(?:분|초) ?(?:동안)? ?(?:쉬|쉴)|언제까지 ?쉬|쉴게|쉴께"
        "|쉬어도|쉬고 ?있|쉴래|쉬자|쉬어야|^쉬어$",
    ),
    (
        Intent.NEXT,
        "^(?:그 ?|자 ?|이제 ?)?다음(?:은|은요|요|거|꺼|이요)?[?]?$|다음 ?(?:운동|세트|거|것|껀|건|꺼|종목"
        "|으로|뭐|은 ?뭐|번 ?운동)|그 ?다음|이제 ?뭐|^(?:next|넥스트|ㄷㅇ)$|다음 ?순서",
    ),
    (
        Intent.TODAY,
        "오늘[은의]? ?(?:운동|뭐|무슨|무엇|계획|루틴|메뉴|할 ?(?:거|것|일|운동)|스케줄|일정|몇|프로그램"
        "|쉬는 ?날|어디|부위|하체|상체)|운동[을]? ?(?:좀 ?)?(?:알려|보여|뭐|추천|계획|루틴|목록|리스트|짜)"
        "|^(?:오늘|운동|루틴|계획|오늘은|오늘은요|플랜|today|plan)[?]?$|계획 ?(?:보여|알려)|루틴 ?(?:보여"
        "|알려)|무슨 ?운동|뭐 ?(?:해|하면|하지|할까)"
        "|몇 ?(?:개|회|번|키로|킬로|kg|세트|초|분)(?:씩|로|를|을)? ?(?:씩 ?|로 ?)?(?:해|하|들|인|야|예|이)"
        "|무게[는가]? ?(?:얼마|몇)|얼마로 ?(?:해|들|하)",
    ),
    (
        Intent.HELP,
        "도움|도와 ?(?:줘|주)|사용 ?법|사용 ?방법|어떻게 ?(?:써|쓰|해|하|사용|보내|돼|되|입력|적|꺼|끄|켜)"
        "|어케|우째"
        "|뭐라고 ?(?:해|보내|쳐|적|말)|설명|명령어|기능|뭐 ?할 ?수|help|헬프|모르겠|"
        "^(?:처음|처음이에요|처음인데요?|처음 ?왔어요?|메뉴|menu|[?]+|가이드|안내)[?]?$",
    ),
    (
        Intent.THANKS,
        "고마워|고맙|감사|땡큐|thank|thx|수고|^(?:코치님 ?|쌤 ?)?(?:네|그래요?|넵|넹|넴|예|옙|응|엉|어|웅"
        "|ㅇㅇ|ㅇㅋ|ㅇㅋㅇㅋ|오케이"
        "|오케|옼|ok|okay|굿|good|좋아요?|좋습니다|나이스|알겠(?:어요?|습니다|음)|알았(?:어요?|습니다)|"
        "ㄳ|ㄱㅅ|ㅎㅇ|하이|hi|hello|헬로|안녕|안녕하세요|안뇽|방가|반가워요?|굿모닝|최고|짱|대박)(?: ?(?:네"
        "|넵|ㅇㅇ|코치님|쌤|요|코치|감사합니다|알겠습니다))?$",
    ),
)
_BUSY, _HARD, _SOFT, _PLAN, _ASKS, _ELSEWHEN, _EVERYTHING, _THIS_ONE = map(
    re.compile, (BUSY, HARD_SKIP, SOFT_SKIP, PLAN_SKIP, ASKS, ELSEWHEN, EVERYTHING, THIS_ONE)
)
_REASONS = tuple((reason, re.compile(words)) for reason, words in REASONS)
_WISHES = tuple((intent, re.compile(words)) for intent, words in WISHES)
_ON_TO = re.compile("다음.{0,8}넘")


def plain_skip(text: str) -> Said | None:
    """SKIP by a word for it (건너뛰기, 패스), or of a day with pain; read before pain: "아파서 패스"."""
    said = _HARD.search(text) and not _ON_TO.search(text)
    return _skip(text) if said or (_PLAN.search(text) and body.hurts(text)) else None


def other_skip(text: str) -> Said | None:
    """SKIP said otherwise: 못 하겠어, 안 할래, or the whole day: 오늘 못 가요."""
    if _PLAN.search(text):
        return _skip(text)
    return _skip(text) if _SOFT.search(text) else None


def wish(text: str) -> Said | None:
    """The first wish of the table; none of them changes anything but BUSY and START, which ask back."""
    found = next((intent for intent, words in _WISHES if words.search(text)), None)
    return Said(found) if found else None


def _skip(text: str) -> Said | None:
    today = "오늘" in text
    if _ASKS.search(text) or (_ELSEWHEN.search(text) and not today):
        return None
    reason = _reason(text)
    if reason == "pain":
        return Said(
            Intent.SKIP,
            whole=_whole(text),
            skip_reason=reason,
            areas=body.areas(text),
            pain_score=body.score(text),
        )
    return Said(Intent.SKIP, whole=_whole(text), skip_reason=reason)


def _whole(text: str) -> Whole:
    if _THIS_ONE.search(text):
        return "exercise"
    return "plan" if _EVERYTHING.search(text) else "set"


def _reason(text: str) -> SkipReason | None:
    if body.hurts(text):
        return "pain"
    return next((reason for reason, words in _REASONS if words.search(text)), None)
