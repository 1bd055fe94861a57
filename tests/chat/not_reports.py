"""What looks like a set report and is none: rows as in `said_tables`, `-` where the intent is free."""

NOT_REPORTS = """
8회 하면 돼요? | -
40kg 들어야 해? | -
완료하면 어떻게 돼? | HELP
몇 개 해야 돼요? | TODAY
완료는 어떻게 해요? | HELP
완료? | UNKNOWN
8개? | UNKNOWN
40kg 8회 맞아? | UNKNOWN
8개 했어? | -
완료했나요 | UNKNOWN
완료 눌러야 돼? | -
똑같이 해도 돼? | UNKNOWN
2개 더 할 수 있을까? | UNKNOWN
아직 안 했어 | UNKNOWN
완료 안 했어요 | UNKNOWN
완료 못 했어 | UNKNOWN
못 끝냈어 | UNKNOWN
아직 못 했어요 | UNKNOWN
거의 다 했어 | UNKNOWN
8개 안 했어 | UNKNOWN
아직 실패 안 했어 | UNKNOWN
이따 할게 | UNKNOWN
8개 하고 올게요 | UNKNOWN
8개 할게요 | UNKNOWN
8개 해볼게 | UNKNOWN
8개 하자 | UNKNOWN
곧 끝나요 | UNKNOWN
내일 할게 | UNKNOWN
한 번 더 똑같이 할게 | UNKNOWN
2.5 올려줘 | UNKNOWN
10개 목표 | UNKNOWN
7시 반에 갈게 | UNKNOWN
01012345678 | UNKNOWN
010-1234-5678 | UNKNOWN
1234567 | UNKNOWN
123456 | LINK_CODE code=123456
30분 늦어요 | UNKNOWN
3월 8일 | UNKNOWN
3/8 | UNKNOWN
8시 | UNKNOWN
8:30 | UNKNOWN
체중 70kg | UNKNOWN
몸무게 70키로 됐어요 | UNKNOWN
5점 | PAIN pain_score=5
2명이요 | UNKNOWN
10만원 | UNKNOWN
10,000원 | UNKNOWN
50% | UNKNOWN
30살 | UNKNOWN
2층 | UNKNOWN
170cm | UNKNOWN
어제 8개 했어 | UNKNOWN
내일 40kg 도전 | UNKNOWN
지난주에 40kg 8회 했는데 | UNKNOWN
저번에 40키로 8개 했어요 | UNKNOWN
예전엔 100kg 들었어 | UNKNOWN
친구는 8개 했어 | UNKNOWN
무릎 5점 | PAIN areas=knee pain_score=5
8개 하다가 허리 아파 | PAIN areas=lower_back
완전 힘들어 | UNKNOWN
완전 | UNKNOWN
완벽 | UNKNOWN
만료 | UNKNOWN
끝이 없네 | UNKNOWN
다이어트 | UNKNOWN
다 | UNKNOWN
끝까지 가보자 | UNKNOWN
다음 주 | -
이번 주 3번 했어? | WEEK
알림 8시 | REMIND_AT at=08:00
8 8 7 | UNKNOWN
8 8 7 완료 | UNKNOWN
8 40 | UNKNOWN
12 10 | UNKNOWN
8개 7개 | UNKNOWN
8~10개 | UNKNOWN
8 ~ 10개 | UNKNOWN
8-10회 | UNKNOWN
40키로 8개 35키로 10개 | UNKNOWN
한두 개 | UNKNOWN
대여섯 개 했어 | UNKNOWN
양쪽 20키로 8개 | UNKNOWN
왼쪽 8 오른쪽 7 | UNKNOWN
3세트 | UNKNOWN
올려서 8개 | UNKNOWN
8개 힘들어요 | UNKNOWN
8개 하고 | UNKNOWN
아니 | UNKNOWN
아니 안 했어 | UNKNOWN
기록 | SUMMARY
바꿔줘 | UNKNOWN
101회 | UNKNOWN
완료 101회 | UNKNOWN
501kg | UNKNOWN
완료 501kg | UNKNOWN
501 | UNKNOWN
8.5회 | UNKNOWN
7201초 | UNKNOWN
RIR 11 | UNKNOWN
RPE 11 | UNKNOWN
08개 | UNKNOWN
1,000개 | UNKNOWN
건너뛰어도 돼요? | UNKNOWN
건너뛰지 마 | UNKNOWN
어제 건너뛰었어 | UNKNOWN
오늘 못 끝냈어 | UNKNOWN
내일 못 가요 | UNKNOWN
이 번 | UNKNOWN
가슴 운동 8개 | UNKNOWN
가슴 운동 | -
가슴 근육통 | UNKNOWN
숨차요 | UNKNOWN
무릎 안 아파요 | UNKNOWN
가슴 통증 없어요 | UNKNOWN
알림 끄지 마 | UNKNOWN
알림 안 와요 | UNKNOWN
알림 켜져 있어? | UNKNOWN
알림 어떻게 꺼요? | HELP
휴식 끝 | REST
시장 | UNKNOWN
파스 | UNKNOWN
119kg 8회는 무리 | UNKNOWN
목요일 8시 | UNKNOWN
목표 8개 | UNKNOWN
발목 | PAIN areas=ankle
배고파 | UNKNOWN
ㅁㄴㅇㄹ | UNKNOWN
완료 전 | UNKNOWN
완료할게요 | UNKNOWN
완료가 안 눌려요 | UNKNOWN
완료 안됐어 | UNKNOWN
끝나면 말할게 | UNKNOWN
다 끝나가요 | UNKNOWN
했어야 했는데 | UNKNOWN
반만 했어 | UNKNOWN
8개 하고 1분 쉬었어 | UNKNOWN
3분 쉬었어요 | UNKNOWN
1분만 | UNKNOWN
8개만 | UNKNOWN
30초만 더 | UNKNOWN
5분 뒤에 할게 | UNKNOWN
한 세트 더 | UNKNOWN
2개 더 했어 | UNKNOWN
2세트밖에 못 했어 | UNKNOWN
3세트 중에 2세트 했어 | UNKNOWN
40kg에서 2.5 올려서 8개 | UNKNOWN
40kg 너무 무거워요 | UNKNOWN
PR 100kg | UNKNOWN
3대 500 | UNKNOWN
단백질 30g | UNKNOWN
5km | UNKNOWN
체지방 20% | UNKNOWN
인바디 70kg | UNKNOWN
2kg 감량했어 | UNKNOWN
70kg 됐어요 | UNKNOWN
100점 | UNKNOWN
키 175 | UNKNOWN
11/25 | UNKNOWN
8회차 | UNKNOWN
8개월 | UNKNOWN
5층 왔어 | UNKNOWN
5x5 | UNKNOWN
3x8 | UNKNOWN
40kg 5x3 | UNKNOWN
8회x7 | UNKNOWN
8x8x8x8 | UNKNOWN
40xx8 | UNKNOWN
빈봉 10개 | UNKNOWN
8개째 | UNKNOWN
4 0 키로 | UNKNOWN
강한 밴드 약한 밴드 8개 | UNKNOWN
아니 진짜 힘들어 | UNKNOWN
아니 괜찮아 | UNKNOWN
안아파요 괜찮아요 | UNKNOWN
어깨 너비로 8개 | UNKNOWN
허리 벨트 차고 100kg 5개 | UNKNOWN
다음에 할게 | UNKNOWN
목표 달성 | UNKNOWN
12345 | UNKNOWN
123 4567 | UNKNOWN
전화번호 010-1234-5678 | UNKNOWN
https://example.com/123456 | UNKNOWN
알림 8시에 왔어 | UNKNOWN
시작 안 했어 | UNKNOWN
6/8개 | UNKNOWN
8개 중에 6개 성공 | UNKNOWN
8개라고 했잖아 | UNKNOWN
아마 8개 | UNKNOWN
8개인가 | UNKNOWN
목표 8개 달성 | UNKNOWN
8개 목표였는데 6개 | UNKNOWN
클리너 | UNKNOWN
끝났는데 기록이 안 돼요 | UNKNOWN
1/3 완료 | UNKNOWN
한 단계 올려서 8개 | UNKNOWN
아프면 건너뛰어도 되나요? | UNKNOWN
기절 안 했어 | UNKNOWN
허리 꺾여요 | UNKNOWN
워밍업 세트 완료 | UNKNOWN
세트당 10개 | UNKNOWN
2/3 | UNKNOWN
8 - 10 | UNKNOWN
"""
