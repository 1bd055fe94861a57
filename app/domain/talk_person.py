"""Who is speaking and how they want to be reached: joining a chat, messages on and off, their time."""

from sqlalchemy.orm import Session

from app import coach
from app.chat.answers import Quick, Reply
from app.chat.said import Intent, Said
from app.domain import chats, link_codes, scheduling, users
from app.domain.chats import Chat, Turn
from app.domain.talk_base import HELP, SUMMARY, TODAY, WEEK, Talk, World

HOW_TO_JOIN = Quick("연결 방법")
GREETING = (
    "안녕하세요, 갓생 코치예요. 매일의 운동을 카카오톡으로 알려 드려요.\n\n"
    "먼저 앱에서 '카카오톡 연결'을 눌러 6자리 코드를 받은 뒤, 여기에 그 숫자를 보내 주세요. "
    "코드는 10분 동안 한 번 쓸 수 있어요."
)
NOT_JOINED = (
    "아직 연결되지 않은 대화라 누구의 알림인지 알 수 없어요. "
    "받은 알림톡의 '알림톡 차단'을 누르면 바로 멈춰요. "
    "앱에서 받은 6자리 코드를 보내 연결하면 여기서도 끌 수 있어요."
)
ONCE_MORE = "지금은 답하기 어려워요. 잠시 뒤에 다시 말해 주세요."
HELP_TEXT = (
    "이렇게 말해 보세요.\n"
    "· 오늘 운동 / 시작 / 다음 / 남은 세트\n"
    "· 완료, 완료 8회 40kg, 40에 8개, 30초\n"
    "· 2.5 올려서 8, 5개에서 실패, 건너뛰기\n"
    "· 정정 7회 (방금 기록 고치기)\n"
    "· 쉬는 시간 / 요약 / 이번 주\n"
    "· 무릎 아파요, 자리 없어요\n"
    "· 알림 꺼, 알림 켜, 알림 7시 반"
)


def stranger(session: Session, chat: Chat, turn: Turn, said: Said, world: World) -> Reply:
    """The answer to somebody whose chat is not joined to a trainee: take their code, or say how.

    An emergency is one whoever has it; and whoever wants no messages is told what stops them.
    """
    if said.intent is Intent.EMERGENCY:
        return Reply(coach.reason_ko("EMERGENCY_STOP"))
    if said.intent is Intent.MUTE:
        return Reply(NOT_JOINED, (HOW_TO_JOIN,))
    if said.intent is not Intent.LINK_CODE or said.code is None:
        return Reply(GREETING, (HOW_TO_JOIN,))
    if chat.wrong_codes >= link_codes.MAX_WRONG:
        return Reply("코드를 여러 번 잘못 보내셨어요. 10분 뒤에 새 코드로 다시 해 주세요.", (HOW_TO_JOIN,))
    user = link_codes.owner(session, world.keys, said.code, world.now)
    if user is not None:
        chats.join(session, turn, user.id)
        chat.user = user
        return Reply(f"{user.name}님, 연결됐어요! 이제 여기서 운동을 시작해요.", (TODAY, HELP))
    chat.is_wrong_code = True
    return Reply("맞는 코드를 찾지 못했어요. 앱에서 새 코드를 받아 6자리 숫자를 보내 주세요.", (HOW_TO_JOIN,))


def joined(talk: Talk) -> Reply:
    """A code from somebody who needs none."""
    return Reply(f"{talk.user.name}님은 이미 연결되어 있어요.", (TODAY, HELP))


def mute(talk: Talk) -> Reply:
    """No messages any more, until they say so; the chat goes on."""
    talk.user.notifications_enabled = False
    return Reply("알림을 껐어요. 다시 받고 싶으면 '알림 켜'라고 보내 주세요.", (Quick("알림 켜"), TODAY))


def unmute(talk: Talk) -> Reply:
    """Messages again; what was due in between and is not over yet leaves after all."""
    was_off = not talk.user.notifications_enabled
    talk.user.notifications_enabled = True
    if was_off:
        scheduling.skip_evening(talk.user, talk.world.now)
        scheduling.resume(talk.session, talk.user.id, "notifications_off", talk.world.now)
    at = talk.user.reminder_time
    return Reply(f"알림을 켰어요. 운동하는 날 {at:%H:%M}에 알려 드릴게요.", (Quick("알림 꺼"), TODAY))


def remind_at(talk: Talk) -> Reply:
    """Another time for the day's message."""
    at = talk.said.at
    if at is None:
        return Reply(
            "몇 시에 알려 드릴까요? '알림 7시 반'처럼 보내 주세요.", (Quick("알림 7시"), Quick("알림 19시"))
        )
    wanted = {"reminder_time": at, "notifications_enabled": True}
    users.change_user(talk.session, talk.user, wanted, talk.world.now)
    return Reply(f"이제 운동하는 날 {at:%H:%M}에 알려 드릴게요.", (TODAY, Quick("알림 꺼")))


def thanks(_talk: Talk) -> Reply:
    """Small talk."""
    return Reply("언제든 불러 주세요. 오늘도 갓생!", (TODAY, SUMMARY, WEEK))


def help_(_talk: Talk) -> Reply:
    """What can be said."""
    return Reply(HELP_TEXT, (TODAY, SUMMARY, WEEK))


def unknown(_talk: Talk) -> Reply:
    """Words we do not know: never an error, always a way on."""
    return Reply(
        "잘 알아듣지 못했어요. 세트를 마쳤다면 '완료 8회 40kg'처럼 보내 주세요.", (TODAY, Quick("다음"), HELP)
    )
