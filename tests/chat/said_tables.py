"""What trainees type and what it means: rows of `utterance | INTENT field=value …`; the rest is unset."""

REPORTS = """
완료 | DONE
완료! | DONE
완료!!!! | DONE
완료요 | DONE
완료용 | DONE
완료염 | DONE
완료했어요 | DONE
완료 했습니다 | DONE
완료함 | DONE
완료됨 | DONE
완료입니다 | DONE
완 료 | DONE
완료ㅋㅋㅋ | DONE
완료ㅠㅠ | DONE
완료~ | DONE
완료^^ | DONE
완료;; | DONE
완료 😭💪 | DONE
✅ | DONE
완뇨 | DONE
왼료 | DONE
완ㄹ료 | DONE
완룡 | DONE
완요 | DONE
완려 | DONE
완뇨했어요 | DONE
완료ㅛ | DONE
완료해줘 | DONE
ㅇㄹ | DONE
dhksfy | DONE
했어 | DONE
햇어요 | DONE
했음 | DONE
다 했어요 | DONE
다했어여 | DONE
끝 | DONE
끝! | DONE
끗 | DONE
끝났어 | DONE
끝났습니다 | DONE
끝났다 드디어 | DONE
ㅇㅋ 완료 | DONE
네 완료요 | DONE
클리어 | DONE
done | DONE
DONE! | DONE
성공 | DONE
해냈어요 | DONE
휴 힘들다 완료 | DONE
완전 힘들었어 완료 | DONE
와 너무 무겁다 끝 | DONE
완료 8회 40kg | DONE reps=8 weight_kg=40
8개 40키로 | DONE reps=8 weight_kg=40
40에 8개 | DONE reps=8 weight_kg=40
40kg 8 | DONE reps=8 weight_kg=40
40*8 | DONE reps=8 weight_kg=40
40x8 | DONE reps=8 weight_kg=40
40X8 | DONE reps=8 weight_kg=40
40×8 | DONE reps=8 weight_kg=40
40 x 8회 | DONE reps=8 weight_kg=40
8회 x 40kg | DONE reps=8 weight_kg=40
8x40kg | DONE reps=8 weight_kg=40
8x40 | DONE reps=40 weight_kg=8
8@40 | DONE reps=8 weight_kg=40
40 8 | DONE reps=8 weight_kg=40
40/8 | DONE reps=8 weight_kg=40
40, 8 | DONE reps=8 weight_kg=40
17.5 12 | DONE reps=12 weight_kg=17.5
8회 | DONE reps=8
8회요 | DONE reps=8
8개용 | DONE reps=8
8개입니다 | DONE reps=8
8개했어요 | DONE reps=8
8개 했음 | DONE reps=8
8번 했어 | DONE reps=8
8게 | DONE reps=8
여덟 개 | DONE reps=8
여덟개요 | DONE reps=8
열두 개 했습니다 | DONE reps=12
열 두개 | DONE reps=12
스무 개 | DONE reps=20
한 개 | DONE reps=1
40키로 열두 개 | DONE reps=12 weight_kg=40
사십키로 팔회 | DONE reps=8 weight_kg=40
사십이 점 오 키로 8개 | DONE reps=8 weight_kg=42.5
백이십키로 5개 | DONE reps=5 weight_kg=120
사십에 여덟개 | DONE reps=8 weight_kg=40
40키로8개했어요 | DONE reps=8 weight_kg=40
40키로로 8개 했어 | DONE reps=8 weight_kg=40
40으로 8개 | DONE reps=8 weight_kg=40
40k 8r | DONE reps=8 weight_kg=40
40kg x 8 reps | DONE reps=8 weight_kg=40
40ㅋㄱ 8개 | DONE reps=8 weight_kg=40
무게 40 횟수 8 | DONE reps=8 weight_kg=40
무게: 40kg, 횟수: 8회 | DONE reps=8 weight_kg=40
８개 ４０ｋｇ | DONE reps=8 weight_kg=40
40㎏ 8회 | DONE reps=8 weight_kg=40
40.5kg | DONE weight_kg=40.5
40,5 kg | DONE weight_kg=40.5
42.5kg 8회 완료 | DONE reps=8 weight_kg=42.5
22.5에 10 | DONE reps=10 weight_kg=22.5
8개 40 | DONE reps=8 weight_kg=40
40에 완료 | DONE weight_kg=40
40kg | DONE weight_kg=40
40키로 들었어 | DONE weight_kg=40
30초 | DONE seconds=30
30초 버텼어요 | DONE seconds=30
1분 | DONE seconds=60
1분 30초 | DONE seconds=90
1분30초 | DONE seconds=90
1분 반 | DONE seconds=90
1분 30 | DONE seconds=90
삼십초 완료 | DONE seconds=30
한 시간 걸었어요 | DONE seconds=3600
러닝 20분 완료 | DONE seconds=1200
20키로 30초 | DONE seconds=30 weight_kg=20
맨몸 15개 | DONE reps=15
맨몸으로 15 | DONE reps=15
2.5 올려서 8 | DONE reps=8 weight_change_kg=2.5
2.5키로 더 올려서 8개 | DONE reps=8 weight_change_kg=2.5
무게 2.5 올려서 8개 했어 | DONE reps=8 weight_change_kg=2.5
5 내려서 10개 | DONE reps=10 weight_change_kg=-5
5키로 낮춰서 10회 완료 | DONE reps=10 weight_change_kg=-5
5키로 내려서 | DONE weight_change_kg=-5
+2.5kg 8회 | DONE reps=8 weight_change_kg=2.5
-5키로 10개 | DONE reps=10 weight_change_kg=-5
같은 무게로 8개 | DONE reps=8
아까랑 똑같이 | DONE
아까랑 똑같이 했어요 | DONE
한 번 더 똑같이 | DONE
똑같이 8개 | DONE reps=8
3세트 다 완료 | DONE count=3
두 세트 했어 | DONE count=2
한 세트 했어 | DONE
한 세트 더 했어 | DONE
3세트 8개씩 40 | DONE reps=8 weight_kg=40 count=3
40kg 8회 3세트 | DONE reps=8 weight_kg=40 count=3
40x8x3 | DONE reps=8 weight_kg=40 count=3
40kg 8x3 | DONE reps=8 weight_kg=40 count=3
8회x3 | DONE reps=8 count=3
8x3세트 | DONE reps=8 count=3
8개씩 세 세트 | DONE reps=8 count=3
총 4세트 했어요 | DONE count=4
세트 3개 했어 | DONE set_no=3
3세트 완료 | DONE set_no=3
2세트 8개 40키로 | DONE reps=8 weight_kg=40 set_no=2
두 번째 세트 8개 | DONE reps=8 set_no=2
첫 세트 12개 | DONE reps=12 set_no=1
3세트째 완료 | DONE set_no=3
마지막 세트 6개 | DONE reps=6
막세트 6개 완료 | DONE reps=6
40키로 8개 여유 2개 | DONE reps=8 weight_kg=40 rir=2
8개 rir 2 | DONE reps=8 rir=2
8회 40kg RPE 8 | DONE reps=8 weight_kg=40 rir=2
8개 RPE 8.5 | DONE reps=8 rir=1
8개 했고 2개 더 할 수 있었어 | DONE reps=8 rir=2
8개 두 개 더 가능 | DONE reps=8 rir=2
완료 여유 3개 | DONE rir=3
8개 2개 남기고 | DONE reps=8 rir=2
8개 여유 없음 | DONE reps=8 rir=0
실패 지점까지 12개 | DONE reps=12 rir=0
강한 밴드 15개 | DONE reps=15 band=HEAVY
가벼운 밴드로 15 | DONE reps=15 band=LIGHT
중간밴드 12회 | DONE reps=12 band=MEDIUM
헤비 12개 | DONE reps=12 band=HEAVY
밴드 강한 걸로 15개 | DONE reps=15 band=HEAVY
미디엄 밴드 완료 | DONE band=MEDIUM
완료 8 | DONE number=8
8 | DONE number=8
8! | DONE number=8
42.5 | DONE number=42.5
여덟 | DONE number=8
8 완료 | DONE number=8
벤치 40 8개 | DONE reps=8 weight_kg=40
스쿼트 60키로 5회 끝 | DONE reps=5 weight_kg=60
오늘 8개 했어 | DONE reps=8
8개 기록해줘 | DONE reps=8
8개 정도 했어요 | DONE reps=8
8개 했어 다음 뭐야? | DONE reps=8
완료 다음 | DONE
이 운동 다 했어 | DONE whole=exercise
모든 세트 완료 | DONE whole=exercise
감사합니다 완료했습니다 | DONE
8회 600kg | DONE reps=8
실패 | FAILED
실패했어요ㅠㅠ | FAILED
ㅅㅍ | FAILED
실페 | FAILED
못 했어 | FAILED
못했어요 | FAILED
못 들었어 | FAILED
다 못 했어 | FAILED
실패 5회 | FAILED reps=5
5회 실패 | FAILED reps=5
5개에서 실패 | FAILED reps=5
5에서 실패 | FAILED reps=5
40키로 5개에서 실패 | FAILED reps=5 weight_kg=40
5개밖에 못 했어 | FAILED reps=5
다섯개밖에 못했어요 | FAILED reps=5
5개 하고 놓쳤어 | FAILED reps=5
5개 하고 더는 못 하겠어 | FAILED reps=5
중간에 놓쳤어 | FAILED
2개 못 했어 | FAILED
0회 | FAILED reps=0
오늘 5개밖에 못 했어 | FAILED reps=5
아니 7회 | CORRECT reps=7
아니 7개였어 | CORRECT reps=7
아니다 7개 | CORRECT reps=7
ㄴㄴ 7개 | CORRECT reps=7
방금 거 7회로 고쳐줘 | CORRECT reps=7
방금 거 7개였어요 | CORRECT reps=7
정정 7회 40kg | CORRECT reps=7 weight_kg=40
수정 42.5 | CORRECT number=42.5
수정 42.5kg | CORRECT weight_kg=42.5
7회로 바꿔줘 | CORRECT reps=7
8개 아니고 7개 | CORRECT reps=7
8개가 아니라 7개야 | CORRECT reps=7
8개 아니야 | CORRECT
잘못 눌렀어 | CORRECT
잘못 입력했어요 | CORRECT
실수로 눌렀어 | CORRECT
취소 | CORRECT
취소해줘 | CORRECT
방금 거 취소해 주세요 | CORRECT
건너뛰기 취소 | CORRECT
오타 7개 | CORRECT reps=7
2개 더 할 수 있었어 | CORRECT rir=2
여유 2개 | CORRECT rir=2
"""

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
쥐났어 | PAIN
어지러워요 | PAIN
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
119 | EMERGENCY
119 불러줘 | EMERGENCY
무릎 아파서 건너뛰려다 쓰러질 뻔 | EMERGENCY
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
알림 켜 | UNMUTE
알림 켜줘 | UNMUTE
알림 다시 보내줘 | UNMUTE
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
알림 시간 바꿔줘 | REMIND_AT
123456 | LINK_CODE code=123456
123 456 | LINK_CODE code=123456
123-456 | LINK_CODE code=123456
１２３４５６ | LINK_CODE code=123456
코드 123456 | LINK_CODE code=123456
연결 123456 | LINK_CODE code=123456
연결코드: 012345 | LINK_CODE code=012345
인증번호는 123456이요 | LINK_CODE code=123456
쉬는 시간 | REST
쉬는시간 얼마야? | REST
휴식 | REST
휴삭 | REST
얼마나 쉬어 | REST
몇 분 쉬어요? | REST
요약 | SUMMARY
오늘 기록 | SUMMARY
기록 보여줘 | SUMMARY
오늘 얼마나 했어 | SUMMARY
오운완 | SUMMARY
오운완? | SUMMARY
오늘 운동 완료! | SUMMARY
오늘 끝 | SUMMARY
이번 주 | WEEK
이번주 기록 | WEEK
주간 | WEEK
이번 주 3번 했어? | WEEK
남은 세트 | REMAINING
몇 세트 남았어 | REMAINING
얼마나 남았어요? | REMAINING
다음 | NEXT
다음 거 뭐야 | NEXT
다음 운동 | NEXT
다음은? | NEXT
다음 운동으로 넘어가자 | NEXT
오늘 운동 | TODAY
오늘 뭐 해 | TODAY
오늘 뭐해요? | TODAY
운동 알려줘 | TODAY
오늘 계획 | TODAY
오늘 | TODAY
몇 개 해야 돼요? | TODAY
시작 | START
운동 시작 | START
시작할게 | START
시작할게요! | START
오늘 운동 시작 | START
시작ㄱㄱ | START
ㄱㄱ | START
스타트 | START
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
자리 없어요 | BUSY
기구 사용 중 | BUSY
벤치가 없어요 | BUSY
스미스 누가 쓰고 있어요 | BUSY
다른 운동으로 바꿔줘 | BUSY
다른 운동 없어? | BUSY
운동 바꿔줘 | BUSY
"""
