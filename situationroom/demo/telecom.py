"""The names and shares of the launch day that is simulated: models, kinds, channels, codes, references."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

MODELS: Mapping[str, float] = {
    "아이폰16": 0.28,
    "아이폰16 플러스": 0.09,
    "아이폰16 프로": 0.36,
    "아이폰16 프로 맥스": 0.27,
}
KINDS: Mapping[str, float] = {"신규": 0.11, "번호이동": 0.39, "기기변경": 0.50}
PORT_IN = "번호이동"
DEVICE_CHANGE = "기기변경"
CHANNELS: Mapping[str, float] = {"온라인": 0.47, "매장": 0.33, "대리점": 0.20}
CARRIERS: Mapping[str, float] = {"S사": 0.46, "L사": 0.33, "알뜰폰": 0.21}

GUARANTEE, JOIN, CHECK, LOOKUP, RELAY = (
    "할부 보증",
    "단말보험 가입",
    "보험 사전체크",
    "단말 조회",
    "번호이동 중계",
)
"""Services of the partner agencies: SGI, MOBINS, KAIT (two), KTOA."""

SGI, KAIT, MOBINS, KTOA = "SGI", "KAIT", "MOBINS", "KTOA"
AGENCIES = (SGI, KAIT, MOBINS, KTOA)
FALLBACK = "예비망"
"""What takes the work of an agency that is out; also the name of that route."""

GUARANTEED = 0.75  # of all activations: on instalments, so SGI is asked
INSURED = 0.42  # of all activations
PORT_OUTS = 0.21  # for each activation
UNSENT = 0.004  # of all ports: the activation message is not generated
SIM_UPDATES = 0.2  # of all activations: a new USIM is updated over the air
LATE_S = 120.0  # a USIM update that takes longer is late
OPENED_S = 41 * 60.0  # the sale has been open this long when the world starts
BEGAN_S = 120 * 60.0  # and the day two hours: staff comes early

FLOWS: Mapping[str, float] = {
    "요금제 가입": 1.00,
    "부가서비스 가입": 0.62,
    "프리미엄 기기변경": 0.24,
    "OTT 후처리": 0.31,
    "스마트기기 개통": 0.09,
    "패드 개통": 0.05,
}
"""Calls of the product services for each activation."""

WAITING_REASONS: Mapping[str, float] = {
    "본인인증 지연": 0.45,
    "타사 미납 확인": 0.25,
    "번호자원 부족": 0.18,
    "서류 보완": 0.12,
}


class Fault(NamedTuple):
    """An error code of the Error Queue, the system it comes from, and what it says."""

    code: str
    system: str
    text: str
    per_min: float


KAIT_TIMEOUT = Fault("KAIT-E504", KAIT, "보험 사전체크 응답시간 초과", 0.0)
KAIT_REFUSED = Fault("KAIT-E102", KAIT, "보험 사전체크 오류 응답", 0.0)
MOBINS_FAILED = Fault("MOB-E301", MOBINS, "단말보험 가입 접수 실패", 0.0)
FAULTS = (
    Fault("SGI-E201", SGI, "할부 보증 조회 실패", 4.4),
    Fault("NP-E410", "NP", "번호이동 전문 미생성", 3.1),
    Fault("PRD-E221", "KOS", "OTT 후처리 미완료", 5.4),
    Fault("OTA-E110", "OTA", "유심 업데이트 미수신", 1.8),
)
"""Faults that happen all day, besides those the insurance flow makes."""


class Reference(NamedTuple):
    """A prepared switch in a table: what it is called, whose it is, how it should stand today."""

    code: str
    name: str
    part: str
    expected: bool
    enabled: bool


SKIP = "KAIT_INS_PRECHECK_SKIP"
REFERENCES = (
    Reference(SKIP, "KAIT 보험 사전체크 SKIP", "인터페이스", expected=False, enabled=False),
    Reference("SPONSOR_IPHONE16_OPEN", "아이폰16 지원금 공시", "계약", expected=True, enabled=True),
    Reference("INS_IPHONE16_JOIN_OPEN", "아이폰16 단말보험 가입", "상품", expected=True, enabled=True),
    Reference("NP_NIGHT_ACTIVATION", "번호이동 야간 개통", "계약", expected=False, enabled=False),
    Reference("OTT_POSTPROC_DEFER", "OTT 후처리 지연 실행", "상품", expected=True, enabled=False),
    Reference("OTA_BULK_PUSH", "OTA 일괄 푸시", "단말", expected=True, enabled=True),
    Reference("SGI_AUTO_RETRY", "SGI 보증 자동 재시도", "인터페이스", expected=True, enabled=True),
    Reference("WAITING_AUTO_RELEASE", "대기번호 자동 해제", "계약", expected=False, enabled=False),
)

CHECKLIST: Mapping[str, tuple[str, ...]] = {
    "계약": ("지원금 공시 확인", "사전예약 대상 적재 확인"),
    "인터페이스": ("KAIT·MOBINS 회선 점검", "SGI 연동 부하시험"),
    "상품": ("요금제·부가서비스 판매 개시 확인", "OTT 제휴 상품 점검"),
    "단말": ("모델·색상 코드 등록 확인", "OTA 서버 용량 점검"),
}


def arrivals_per_s(since_open_s: float) -> float:
    """Activations a second, this long after the sale opened: test lines, a rush, then a long plateau."""
    if since_open_s < 0:
        return 0.5
    rush = 17.0 * math.exp(-since_open_s / 1_500.0)
    wave = 1.0 + 0.07 * math.sin(since_open_s / 105.0)
    return (23.0 + rush) * wave


def predecessor_per_s(since_open_s: float) -> float:
    """The same for the launch of a year before: slower, and later with its rush."""
    if since_open_s < 0:
        return 0.4
    return 20.0 + 12.0 * math.exp(-(((since_open_s - 1_200.0) / 1_500.0) ** 2))
