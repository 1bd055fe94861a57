"""Everything else trainees type: rows of `utterance | INTENT field=value …`; the rest is unset."""

WISHES = """
건너뛰기 | SKIP
건너뛸게요 | SKIP
건너띄기 | SKIP
건너뒤기 | SKIP
스킵 | SKIP
패스 | SKIP
이번 세트 패스 | SKIP
못 하겠어요 | SKIP
이 운동 건너뛰기 | SKIP whole=exercise
이 운동 패스 | SKIP whole=exercise
스쿼트 건너뛸래 | SKIP whole=exercise
오늘은 쉴래 | SKIP whole=plan
오늘 못 해 | SKIP whole=plan
오늘 못 해요 | SKIP whole=plan
오늘 운동 못 했어 | SKIP whole=plan
오늘 못 했어 | SKIP whole=plan
못 갈 것 같아 | SKIP whole=plan
오늘은 패스 | SKIP whole=plan
오늘 야근이라 못 가요 | SKIP whole=plan skip_reason=time
시간 없어서 건너뛰기 | SKIP skip_reason=time
바빠서 패스할게요 | SKIP skip_reason=time
자리 없어서 건너뛸게 | SKIP skip_reason=busy
힘들어서 스킵 | SKIP skip_reason=other
아파서 건너뛰기 | SKIP skip_reason=pain
무릎 아파서 건너뛸게요 | SKIP skip_reason=pain areas=knee
허리가 너무 아파서 오늘은 패스 | SKIP whole=plan skip_reason=pain areas=lower_back pain_score=7
통증 때문에 오늘은 쉴게요 | SKIP whole=plan skip_reason=pain
이건 패스할게요 | SKIP
넘어갈게요 | SKIP
겅너뛰기 | SKIP
나머지 세트 패스 | SKIP whole=exercise
오늘 쉬고 싶어요 | SKIP whole=plan
회식 있어서 오늘은 못 가요 | SKIP whole=plan skip_reason=time
오늘 운동 취소 | SKIP whole=plan
아파서 오늘은 쉴게요 | SKIP whole=plan skip_reason=pain
무릎이 아파서 스쿼트 패스 | SKIP whole=exercise skip_reason=pain areas=knee
아파요 | PAIN
아파요 무릎 | PAIN areas=knee
무릎이 아파 | PAIN areas=knee
무릎아파 | PAIN areas=knee
왼쪽 무릎이 살짝 아파요 | PAIN areas=knee pain_score=2
허리 통증 | PAIN areas=lower_back
어깨가 찌릿해요 | PAIN areas=shoulder
손목 시큰 | PAIN areas=wrist
손목 시큰거려요 | PAIN areas=wrist
무릎 안 좋아 | PAIN areas=knee
팔꿈치가 꽤 욱신거려 | PAIN areas=elbow pain_score=5
목이 뻐근해요 | PAIN areas=neck
골반 쪽이 불편해요 | PAIN areas=hip
고관절이 찝혀서 아픔 | PAIN areas=hip
오른쪽 발목 삐끗했어 | PAIN areas=ankle
무릎이랑 허리 아파요 | PAIN areas=knee,lower_back
허리랑 무릎이 심하게 아파요 | PAIN areas=lower_back,knee pain_score=7
무릎 5점 | PAIN areas=knee pain_score=5
무릎 통증 6점이요 | PAIN areas=knee pain_score=6
10점 만점에 7 | PAIN pain_score=7
어깨 아픈데 10점 만점에 7점 정도 | PAIN areas=shoulder pain_score=7
아파요 무릎 5 | PAIN areas=knee pain_score=5
5점 | PAIN pain_score=5
무릎이요 | PAIN areas=knee
8개 하니까 무릎이 아파 | PAIN areas=knee
무릎은 안 아픈데 허리가 아파요 | PAIN areas=lower_back
가슴 근육이 아파요 | PAIN
가슴 통증 없고 무릎만 아파요 | PAIN areas=knee
발목이 좀 부었어 | PAIN areas=ankle pain_score=2
허리에 부담이 와요 | PAIN areas=lower_back
쫌 아파 | PAIN pain_score=2
쥐났어 | PAIN
어지러워요 | PAIN
왼쪽 어깨 | PAIN areas=shoulder
무릎에서 소리나요 | PAIN areas=knee
발목 접질렀어 | PAIN areas=ankle
완료 근데 허리가 좀 뻐근해요 | PAIN areas=lower_back pain_score=2
무릎에 통증이 5 정도 | PAIN areas=knee pain_score=5
머리 아파요 | PAIN
배 아파요 | PAIN
아픈데 10점 중에 3점 | PAIN pain_score=3
가슴 운동하다가 어깨 아파요 | PAIN areas=shoulder
가슴 통증 | EMERGENCY
가슴이 아파 | EMERGENCY
가슴이 아파요 완료 8회 | EMERGENCY
가슴이 너무 조여요 | EMERGENCY
가슴이 답답해 | EMERGENCY
왼쪽 가슴이 갑자기 찌릿해요 | EMERGENCY
쓰러질 것 같아 | EMERGENCY
기절할 것 같아요 | EMERGENCY
실신했어요 | EMERGENCY
눈앞이 캄캄해 | EMERGENCY
눈 앞이 하얘졌어요 | EMERGENCY
정신을 잃을 것 같아 | EMERGENCY
숨이 안 쉬어져 | EMERGENCY
숨을 못 쉬겠어요 | EMERGENCY
호흡곤란 | EMERGENCY
콜라색 소변 | EMERGENCY
소변이 콜라색이에요 | EMERGENCY
소변 색이 갈색이야 | EMERGENCY
팔이 퉁퉁 부었어 | EMERGENCY
다리가 심하게 부었어요 | EMERGENCY
회음부 감각이 없어 | EMERGENCY
소변 조절이 안 돼요 | EMERGENCY
가슴 통증이 안 없어져요 | EMERGENCY
오줌 색깔이 진짜 갈색임 | EMERGENCY
소변색이 콜라같아요 | EMERGENCY
숨이 안셔져 | EMERGENCY
대변 조절이 안돼 | EMERGENCY
팔뚝이 터질듯이 부었어요 | EMERGENCY
흉통이 있어요 | EMERGENCY
119 | EMERGENCY
119 불러줘 | EMERGENCY
무릎 아파서 건너뛰려다 쓰러질 뻔 | EMERGENCY
가슴 쪽이 쪼이는 느낌 | EMERGENCY
심장이 이상해 | EMERGENCY
숨쉬기가 힘들어요 | EMERGENCY
너무 어지러워요 | EMERGENCY
피오줌 | EMERGENCY
오줌이 갈색이에요 | EMERGENCY
알림 꺼 | MUTE
알림 꺼줘 | MUTE
알람 꺼주세요 | MUTE
알림 끄기 | MUTE
알림 그만 | MUTE
알림 끌래요 | MUTE
메시지 보내지 마 | MUTE
톡 보내지 마세요 | MUTE
그만 보내 | MUTE
수신거부 | MUTE
알림 받기 싫어요 | MUTE
카톡 그만 보내세요 | MUTE
알림 취소 | MUTE
알림 켜지 마 | MUTE
알림 켜지 말아 주세요 | MUTE
알림 켜 | UNMUTE
알림 켜줘 | UNMUTE
알림 다시 보내줘 | UNMUTE
알림 받을래요 | UNMUTE
알림 7시 반 | REMIND_AT at=07:30
알림 7시반 | REMIND_AT at=07:30
알림 저녁 8시 | REMIND_AT at=20:00
오후 7:30에 알려줘 | REMIND_AT at=19:30
알림 19시 | REMIND_AT at=19:00
알림 19:05 | REMIND_AT at=19:05
알림 8시 | REMIND_AT at=08:00
알림 8 | REMIND_AT at=08:00
알림 시간 8시로 바꿔줘 | REMIND_AT at=08:00
매일 아침 일곱 시에 보내줘 | REMIND_AT at=07:00
알림 오후 7시 15분 | REMIND_AT at=19:15
알림 밤 12시 | REMIND_AT at=00:00
알림 낮 12시 | REMIND_AT at=12:00
알림 밤 10시 | REMIND_AT at=22:00
알림 정오 | REMIND_AT at=12:00
알림 7pm | REMIND_AT at=19:00
알림 24시 | REMIND_AT at=00:00
알림 25시 | REMIND_AT
알림 7시 10분 전 | REMIND_AT
알림 시간 바꿔줘 | REMIND_AT
알림 매일 7시에 | REMIND_AT at=07:00
알림 저녁 7시 반으로 바꿔줘 | REMIND_AT at=19:30
알림 오후 12시 30분 | REMIND_AT at=12:30
알림 자정 | REMIND_AT at=00:00
123456 | LINK_CODE code=123456
123 456 | LINK_CODE code=123456
123-456 | LINK_CODE code=123456
１２３４５６ | LINK_CODE code=123456
코드 123456 | LINK_CODE code=123456
연결 123456 | LINK_CODE code=123456
연결코드: 012345 | LINK_CODE code=012345
인증번호는 123456이요 | LINK_CODE code=123456
코드는 123 456 입니다 | LINK_CODE code=123456
123456 연결해줘 | LINK_CODE code=123456
쉬는 시간 | REST
쉬는시간 얼마야? | REST
휴식 | REST
휴삭 | REST
얼마나 쉬어 | REST
몇 분 쉬어요? | REST
몇 초 쉬어야 돼요 | REST
요약 | SUMMARY
오늘 기록 | SUMMARY
기록 보여줘 | SUMMARY
오늘 얼마나 했어 | SUMMARY
오운완 | SUMMARY
오운완? | SUMMARY
오늘 운동 완료! | SUMMARY
오늘 끝 | SUMMARY
오늘 총 볼륨 | SUMMARY
운동 끝났어요 | SUMMARY
이번 주 | WEEK
이번주 기록 | WEEK
주간 | WEEK
이번 주 3번 했어? | WEEK
주간 요약 | WEEK
남은 세트 | REMAINING
몇 세트 남았어 | REMAINING
얼마나 남았어요? | REMAINING
2세트 남았어 | REMAINING
언제 끝나요 | REMAINING
다음 | NEXT
다음 거 뭐야 | NEXT
다음 운동 | NEXT
다음은? | NEXT
다음 운동으로 넘어가자 | NEXT
이제 뭐 해 | NEXT
다음 세트 몇 키로야 | NEXT
오늘 운동 | TODAY
오늘 뭐 해 | TODAY
오늘 뭐해요? | TODAY
운동 알려줘 | TODAY
오늘 계획 | TODAY
오늘 | TODAY
몇 개 해야 돼요? | TODAY
뭐 하면 돼? | TODAY
오늘 하체야? | TODAY
오늘 쉬는 날이야? | TODAY
시작 | START
운동 시작 | START
시작할게 | START
시작할게요! | START
오늘 운동 시작 | START
시작ㄱㄱ | START
ㄱㄱ | START
스타트 | START
헬스장 도착 | START
시작해볼까 | START
도움말 | HELP
도움 | HELP
어떻게 써 | HELP
사용법 | HELP
? | HELP
??? | HELP
help | HELP
처음 | HELP
메뉴 | HELP
완료는 어떻게 해요? | HELP
완료하면 어떻게 돼? | HELP
뭐라고 보내면 돼? | HELP
도와줘 | HELP
고마워 | THANKS
감사합니다 | THANKS
감사합니다 코치님 | THANKS
ㅋㅋ | THANKS
ㅋㅋㅋㅋㅋ | THANKS
👍 | THANKS
안녕 | THANKS
안녕하세요! | THANKS
네 | THANKS
네네 | THANKS
ㅇㅇ | THANKS
응 | THANKS
ㅇㅋ | THANKS
코치님 안녕하세요 | THANKS
수고하셨습니다 | THANKS
자리 없어요 | BUSY
기구 사용 중 | BUSY
벤치가 없어요 | BUSY
스미스 누가 쓰고 있어요 | BUSY
다른 운동으로 바꿔줘 | BUSY
다른 운동 없어? | BUSY
운동 바꿔줘 | BUSY
랙 없어요 | BUSY
사람이 너무 많아요 | BUSY
이거 말고 다른 거 | BUSY
10키로 덤벨이 없어요 | BUSY
"""
