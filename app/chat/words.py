"""The words of a set report. A space in a pattern is any or no space; the longest match wins.

An utterance is a report only if these words and the numbers between them are all of it (see `scan`), so
what is not in here (아직, 어제, 할게, 돼요 …) makes it none. Add a word only if it changes nothing beside it.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.chat.exercises import EXERCISES, SHORT


class Kind(StrEnum):
    """What a piece of a report is. Quantities carry a value."""

    KG = "kg"
    REPS = "reps"
    SECONDS = "seconds"
    SETS = "sets"
    NUMBER = "number"
    UP = "up"
    DOWN = "down"
    RIR = "rir"
    RPE = "rpe"
    SET_NO = "set_no"
    NTH = "nth"
    DONE = "done"
    NOTE = "note"
    FAIL = "fail"
    MISSED = "missed"
    CANNOT = "cannot"
    SAME = "same"
    NO = "no"
    NOT_BUT = "not_but"
    FIX = "fix"
    CHANGE_TO = "change_to"
    LAST = "last"
    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    EMPTY = "empty"
    ALL = "all"
    EACH = "each"
    ONLY = "only"
    FROM = "from"
    AT = "at"
    PARTICLE = "particle"
    JUST = "just"
    TIMES = "times"
    COMMA = "comma"
    SLASH = "slash"
    REPS_AT_KG = "reps_at_kg"
    KG_NEXT = "kg_next"
    REPS_NEXT = "reps_next"
    BOTH_SIDES = "both_sides"
    BODYWEIGHT = "bodyweight"
    THIS_EXERCISE = "this_exercise"
    ALL_SETS = "all_sets"
    TODAY = "today"
    MORE = "more"
    FELT = "felt"
    FEELS = "feels"
    MARK = "mark"
    FILLER = "filler"


# How a past verb may end in polite, short or playful speech; `PAST` follows the stem (했, 끝났, 들었).
PAST = (
    "(?:지롱|다구|다고요?|어용|어염|어여|어욤|어유|어요|어|엉|습니다|슴다|습니당|음|다|당|네요|네|지요|지"
    "|죠|쥬|는데요|는데"
    "|거든요|고요|구요|쓰|오|ㅇ)?"
)
# And how a noun may (완료요, 완료입니다, 완료됨).
IS = (
    "(?:영|띠|띵|데스|이욤|이에요|이예요|예요|에요|입니다|이요|요|용|염|여|욤|임|됨|됐음|쓰|다|이다|이야|야"
    "|ㅇ)?"
)

KG = (
    "kgs?|k\\.g|킬로그램|키로그램|킬로그람|키로그람|킬로|키로|케이지|키루|키러|킬|키|ㅋㄱ|ㅋㄹ|kilo"
    "|k(?![a-z])"
)
REPS = "회|개|갯|게|번|렙|랩|reps?|r(?![a-z])"
SETS = "세트|셋트|쎄트|세뜨|셑|셋|sets?"
UP = (
    "(?:올려|올리고|올렸고|높여|높이고|늘려|늘리고|증량해|증량하고|증량|추가해|추가하고|추가|업)(?:가지고"
    "|서)?"
)
DOWN = "(?:내려|내리고|내렸고|낮춰|낮추고|줄여|줄이고|빼고|빼서|다운)(?:가지고|서)?"
DID = (
    "(?:했|햇|햤|핬|끝났|끝낫|끈났|끝냈|끝냇|마쳤|마쳣|해냈|채웠|들었|밀었|당겼|버텼|버텻|찍었|성공했|달렸"
    "|뛰었|걸었|탔)"
)
NOT_DONE = "(?:했|햇|들었|들엇|밀었|당겼|버텼|채웠|올렸|올라갔|해냈|일어났)"
AGO = "(?:아까|방금|직전|바로 전|좀 전|전|이전|저번|앞)"
DEGREE = "너무|진짜|완전|엄청|되게|정말|아주|꽤|겁나|개|살짝|조금|좀|생각보다|ㅈㄴ|존나|매우|많이"
HARD = "힘들|빡세|빡셌|무거|무겁|가벼|가볍|쉬|쉽|괜찮"


def _band(strengths: str, names: str) -> tuple[str, ...]:
    """강한 밴드로, 밴드는 강한 걸로; 헤비 needs no 밴드 beside it."""
    ending = "(?:로|으로|를|는|에)?"
    return (
        f"(?:{strengths}|{names}) ?(?:밴드|band){ending}",
        f"(?:밴드|band){ending} ?(?:{strengths}) ?(?:거|걸|것)?{ending}",
        f"(?:밴드|band)?{ending} ?(?:{names}){ending}",
    )


WORDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DONE: (
        f"(?:완료|완 료|클리어|성공|마무리)(?:{DID}{PAST}|됐{PAST}|함|하였습니다|되었습니다|돼써|{IS})",
        f"{DID}{PAST}|해써요?|해따|했찌|함|했슴|하였습니다|끝이 ?났{PAST}|버팀|채움|끝냄|마침|해냄|끝남|달성"
        "|완수",
        f"(?:끝|끗|끄읕|끄읏|끄으읕){IS}",
        "완료 ?(?:로)? ?(?:해|처리해|체크해|표시해) ?(?:줘요?|주세요|줭)|완료 ?(?:처리|체크|표시)|체크",
        "완|완뇽|완룡|완요|ㅇㄹ|ㅇㄹㅇ|done|finish|finished|fin|clear|complete|completed|컴플리트|던|피니쉬",
        "dhksfy|Rmx|rmx",
    ),
    Kind.NOTE: ("(?:기록|입력|적어|추가)(?:해)? ?(?:줘요?|주세요|놔|둬|줭)", "기록|입력"),
    Kind.FAIL: (
        f"(?:실패|failed|fail|ㅅㅍ|tlfvo)(?:했{PAST}|함|해버렸{PAST}|이네요?|{IS})",
        f"(?:놓쳤|놓쳣|떨어뜨렸|떨궜|깔렸|포기했|망했|멈췄|그만뒀|퍼졌){PAST}|포기|망함",
    ),
    Kind.MISSED: (
        f"(?:하나|한 개)도 ?못 {NOT_DONE}{PAST}",
        f"못 {NOT_DONE}{PAST}|못 ?함|못해써요?",
    ),
    Kind.CANNOT: (f"(?:더는|더 이상은?|더|이제)? ?못 (?:하겠|들겠){PAST}",),
    Kind.SAME: (
        f"(?:{AGO} ?(?:거|것|꺼|세트)? ?(?:랑|이랑|하고|와|과|처럼|만큼)? ?)?(?:똑같이|똑같|똑같은 ?거로?"
        f"|같게|동일하게|동일)(?:로|{IS})",
        f"{AGO} ?(?:거|것|꺼|세트)? ?(?:랑|이랑|하고|와|과) ?같이|한 번 더 (?:똑같이|같은 ?걸?로)",
        "(?:위와|위랑) (?:같음|동일|똑같이)|〃",
    ),
    Kind.NO: ("아니(?:야|요|다|에요|예요|라|지)?|아뇨|아닙니다|아님|ㄴㄴ|노노|ㄴ",),
    Kind.NOT_BUT: ("(?:가|이)? ?(?:아니고|아니라|아니구|말고)",),
    Kind.FIX: (
        f"(?:정정|수정)(?:해 ?(?:줘요?|주세요|줄래요?)|할게요?|합니다|함|좀|{IS})",
        "고쳐 ?(?:줘요?|주세요|줄래요?)|되돌려 ?(?:줘요?|주세요)?|되돌리기|무르기|undo|cancel",
        "(?:(?:기록|완료|실패|건너뛰기|스킵|패스) ?(?:한 ?(?:거|것|꺼))? ?)?(?:취소|지워|삭제)(?:요|임"
        "|해요?|할게요?|함)? ?(?:줘요?|주세요|줄래요?)?",
        f"잘못 ?(?:했|눌렀|눌럿|보냈|보냇|적었|썼|입력했|말했|쳤|기록했|셌|누름|쳤){PAST}|오타(?:요|임"
        "|네요?)?",
        f"실수(?:로|요|했{PAST}|임)? ?(?:눌렀{PAST})?",
    ),
    Kind.CHANGE_TO: ("(?:바꿔|변경|변경해) ?(?:줘요?|주세요|줄래요?)?",),
    Kind.LAST: (
        "마지막 ?(?:거|것|꺼|기록)(?:은|는|를)?",
        f"{AGO} ?(?:에)? ?(?:한 ?)?(?:거|것|꺼|건|껀|기록|세트)(?:은|는|를)?",
    ),
    Kind.LIGHT: _band("가벼운|약한|얇은", "라이트|light"),
    Kind.MEDIUM: _band("중간|보통", "미디엄|미디움|medium"),
    Kind.HEAVY: _band("강한|센|쎈|두꺼운|무거운", "헤비|heavy"),
    # "여유 없이", "실패 지점까지": none left, without a number.
    Kind.EMPTY: (
        "여유 ?(?:가|는|도)? ?(?:없이|없었(?:어요?|음)|없어요?|없음)",
        "(?:실패|한계) ?(?:지점)? ?까지",
    ),
    Kind.ALL: (
        "다(?![a-z가-힣ㄱ-ㅣ])|다(?=했|햇|해써|끝|완료|함)|전부다|전부|모두|싹|총|연속으로|연속|한번에"
        "|한꺼번에",
    ),
    Kind.EACH: ("씩|각각|각",),
    Kind.ONLY: ("밖에|뿐",),
    Kind.FROM: ("에서|까지|까진|까지는|까지만|하고|하다가|하고서|만에|째에서?|째",),
    Kind.AT: ("에다가|에다|에|으로|로",),
    Kind.PARTICLE: (
        "을|를|은|는|이|가|도(?= ?못)|라고요?|라니까요?|짜리|정도|쯤|이랑|랑|의|요|이요|이에요|예요|입니다"
        "|임|이야|야|용|염|여",
        "였어요?|이었어요?|였습니다|이었습니다|였음|였다|였네요?|였는데|이었음|였고|이었고|했고|하고 ?나서"
        "|이고|고",
    ),
    Kind.JUST: ("만",),
    Kind.TIMES: ("x|[*]|곱하기",),
    Kind.COMMA: (",",),
    Kind.SLASH: ("/",),
    Kind.REPS_AT_KG: ("@",),
    Kind.KG_NEXT: ("(?:무게|중량|웨이트)(?:는|은|를|을|가|이)?",),
    Kind.REPS_NEXT: ("(?:횟수|반복|개수|갯수|렙수)(?:는|은|를|을|가|이)?",),
    Kind.BOTH_SIDES: ("양쪽|한쪽|원판|플레이트",),
    Kind.BODYWEIGHT: ("맨몸(?:으로|에)?|무게 ?없이|체중으로",),
    Kind.THIS_EXERCISE: ("(?:이|이번|지금|요) ?(?:운동|종목) ?(?:은|는|을|도)?",),
    Kind.ALL_SETS: ("(?:모든|전|남은|나머지) ?(?:세트)(?:를|도|는|까지)?|전세트|올세트",),
    Kind.TODAY: ("오늘(?:은|도|꺼|거)?|금일",),
    Kind.MORE: ("더|추가로",),
    Kind.FELT: (
        f"(?:{DEGREE})? ?(?:힘들었|빡셌|무거웠|가벼웠|쉬웠|괜찮았|죽을 ?뻔했|간당간당했){PAST}|간신히|겨우"
        "|여유 ?있게|여유롭게|가볍게|힘들게|깔끔하게|무난하게|거뜬히|가뿐하게|빡세게",
    ),
    Kind.FEELS: (
        f"(?:{DEGREE})? ?(?:힘들어요?|힘들다|힘들네요?|힘드네요?|힘듦|빡세다|빡세네요?|빡세요?|무겁다"
        "|무겁네요?|무거워요?|가볍다|가볍네요?|가벼워요?|쉽다|쉽네요?|쉬워요?|죽겠다|죽겠네요?|죽겠어요?"
        "|할 ?만(?:해요?|하네요?|함|하다))",
        "숨차요?|숨차다|헉헉|하얗게 불태웠다|나 죽네|죽는다",
    ),
    Kind.MARK: ("[?]+",),
    Kind.FILLER: (
        "방금|드디어|이제|일단|딱|바로|자|아|아오|와|우와|휴|후|하|헐|음|흠|오|오우|야|앗|어|근데|그리고|또"
        "|에고|아이고|으|으아|크|캬|무려|간만에",
        "네|넵|넹|넴|예|옙|응|엉|ㅇㅇ|ㅇㅋ|ㅇㅋㅇㅋ|오케이|오케|옼|ok|okay|굿|good|나이스|nice|ㄱㅅ|ㅎㅇ",
        "코치님|코치|쌤|선생님|트레이너님|감사합니다|고마워요?|안녕하세요|안녕|가자|아자|화이팅|파이팅|ㄱㄱ",
        "같은 ?(?:무게|중량|걸|거|것|횟수)(?:로|으로)?|그대로|무게 ?(?:는)? ?(?:그대로|같고|동일)|약|대략|한",
        "(?:마지막|라스트|막|이번|이|이번에|지금|현재|본) ?(?:세트)(?:는|은|도|를|까지)?|마지막|이번에는?"
        "|이번엔|저|나|난|나는|저는|끝까지|세트|셋트|세트는",
        f"(?:{EXERCISES}|{SHORT}) ?(?:은|는|을|를|으로|로|도)?",
        "밴드(?:로|으로|를|는|에)?|band",
        "양손|한손|좌우|왼쪽 ?오른쪽|양팔|한팔|한 ?다리|양다리|중간에|도중에|중간에서",
        # "마지막 하나 실패": one was missing, not one was done.
        "마지막 (?:하나|한 ?개|1개|둘|두 ?개|2개)(?:를|을|는)?(?=.{0,4}(?:실패|못|놓))",
    ),
}
# Such short or common pieces count only as whole words, or right after a number (particles).
WHOLE_WORDS = (Kind.FILLER, Kind.MORE, Kind.TODAY)
AFTER_NOUNS = (Kind.PARTICLE, Kind.JUST, Kind.AT, Kind.EACH, Kind.ONLY, Kind.FROM, Kind.NOT_BUT)
VERBS = (Kind.DONE, Kind.NOTE, Kind.FAIL, Kind.MISSED, Kind.CANNOT, Kind.FIX, Kind.CHANGE_TO, Kind.MARK)
