"""Reports of sets and corrections, and what they say: rows of `utterance | INTENT field=value …`."""

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
40/8개 | DONE reps=8 weight_kg=40
완료1 | DONE number=1
삼세트 완료 | DONE set_no=3
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
완료했슴다 | DONE
완료완료 | DONE
와 8개 성공!! | DONE reps=8
15개 하고 끝 | DONE reps=15
40에8 | DONE reps=8 weight_kg=40
덤벨 10키로 12개 | DONE reps=12 weight_kg=10
한손 12키로 10회 | DONE reps=10 weight_kg=12
3세트다했어 | DONE count=3
3세트 끝났어 | DONE set_no=3
60에서 5개 | DONE reps=5 weight_kg=60
스쿼트 60x5x5 | DONE reps=5 weight_kg=60 count=5
60 5 | DONE reps=5 weight_kg=60
40kg 3x8 | DONE reps=8 weight_kg=40 count=3
40kg 5x5 | DONE reps=5 weight_kg=40 count=5
맨몸 8x3 | DONE reps=8 count=3
30초x3 | DONE seconds=30 count=3
40 x 8 3세트 | DONE reps=8 weight_kg=40 count=3
8회/40kg | DONE reps=8 weight_kg=40
40kg-8회 | DONE reps=8 weight_kg=40
완료 - 8회 | DONE reps=8
완료: 8회, 40kg | DONE reps=8 weight_kg=40
(완료) 40kg x 8 | DONE reps=8 weight_kg=40
완료40kg8회 | DONE reps=8 weight_kg=40
ㅇㅋ8개 | DONE reps=8
열다섯개 | DONE reps=15
십회 | DONE reps=10
8개 (여유 2) | DONE reps=8 rir=2
8개 여유있게 했어 | DONE reps=8
플랭크 60초 버팀 | DONE seconds=60
1시간 반 | DONE seconds=5400
맨몸스쿼트 15개 | DONE reps=15
덤벨 루마니안 데드리프트 9키로 8개 | DONE reps=8 weight_kg=9
100kg 성공!! | DONE weight_kg=100
40키로 8개 빡셌다 | DONE reps=8 weight_kg=40
8개이에요 | DONE reps=8
8회 완료했습니다. 다음 운동 알려주세요 | DONE reps=8
8 reps @ 40kg | DONE reps=8 weight_kg=40
8개만 했어 | DONE reps=8
완료띠 | DONE
완뇽 | DONE
끝까지 했어 | DONE
했지롱 | DONE
ok 40 8 | DONE reps=8 weight_kg=40
ㅇㅇ 8 | DONE number=8
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
8개째 실패 | FAILED reps=7
7개째에서 놓쳤어 | FAILED reps=6
8개도 못 했어 | FAILED
하나도 못 했어 | FAILED
마지막 하나 실패 | FAILED
5개까지 하고 실패 | FAILED reps=5
싪패 | FAILED
6개하고 포기 | FAILED reps=6
아니 7회 | CORRECT reps=7
아니 7개였어 | CORRECT reps=7
아니다 7개 | CORRECT reps=7
ㄴㄴ 7개 | CORRECT reps=7
방금 거 7회로 고쳐줘 | CORRECT reps=7
방금 거 7개였어요 | CORRECT reps=7
정정 7회 40kg | CORRECT reps=7 weight_kg=40
수정 42.5 | CORRECT number=42.5
7로 수정 | CORRECT number=7
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
한개 더 할수있었음 | CORRECT rir=1
아니 8개라고 | CORRECT reps=8
7개로 수정해줘 | CORRECT reps=7
방금 8개 말고 7개 | CORRECT reps=7
잘못 적었어 7개야 | CORRECT reps=7
무게 42.5로 수정 | CORRECT weight_kg=42.5
마지막 거 취소 | CORRECT
아니 실패 | CORRECT
"""
