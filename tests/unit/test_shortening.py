"""Names in too few cells: different ones never look the same."""

from __future__ import annotations

from random import Random

import pytest
from rich.cells import cell_len

from situationroom.paint.columns import NAMES, Align, tabulated
from situationroom.paint.shortening import least_cells, shortened

REFERENCES = [
    "KAIT_INS_PRECHECK_SKIP",
    "KAIT_INS_PRECHECK_LOG",
    "INS_IPHONE16_JOIN_OPEN",
    "INS_IPHONE15_JOIN_OPEN",
]
SERVERS = [f"tokyo-payment-gateway-{zone}{number:02}.internal" for zone in "abc" for number in range(9)]
AGENCIES = ["신한카드 승인 대행 1센터", "신한카드 승인 대행 2센터", "신한카드 매입 대행 1센터", "국민카드"]


@pytest.mark.parametrize("names", [REFERENCES, SERVERS, AGENCIES])
@pytest.mark.parametrize("width", [6, 8, 11, 16, 24, 40])
def test_different_names_stay_different(names: list[str], width: int) -> None:
    short = shortened(names, width)
    assert len(set(short)) == len(names)
    assert all(cell_len(each) <= width for each in short)
    assert [each for each, name in zip(short, names, strict=True) if cell_len(name) <= width] == [
        name for name in names if cell_len(name) <= width
    ]


@pytest.mark.parametrize("seed", range(60))
def test_any_names_stay_different_in_any_width(seed: int) -> None:
    random = Random(seed)
    letters = random.choice(["ab", "가나다 ", "A_9", "x漢é-", "ㄱa\u200b"])
    names = ["".join(random.choices(letters, k=random.randint(1, 40))) for _ in range(random.randint(1, 60))]
    width = random.randint(4, 30)
    short = shortened(names, width)
    assert len(set(short)) == len(set(names))
    assert all(cell_len(each) <= width for each in short)


def test_the_same_name_has_one_short_form() -> None:
    first, second, other = shortened(["KAIT_INS_PRECHECK_SKIP", "KAIT_INS_PRECHECK_SKIP", "SGI"], 8)
    assert first == second != other


def test_what_names_differ_in_is_what_is_shown() -> None:
    assert shortened(["KAIT_INS_PRECHECK_SKIP", "KAIT_INS_PRECHECK_LOG"], 12) == [
        "KAIT_I…_SKIP",
        "KAIT_I…K_LOG",
    ]
    middle = ["payment-gateway-a-of-the-north", "payment-gateway-b-of-the-north"]
    assert [each[4:6] for each in shortened(middle, 12)] == ["…a", "…b"]
    assert shortened(["SGI", "대외 연동 전체"], 8) == ["SGI", "대외 연…"]


def test_a_name_needs_as_many_cells_as_tell_it_from_the_others() -> None:
    assert least_cells(["SGI", "KAIT", "MOBINS"], 6) == 6
    assert least_cells(REFERENCES, 6) < max(map(len, REFERENCES))
    apart = least_cells(SERVERS, 6)
    assert not any(each[-1].isdigit() and each[-2] == "…" for each in shortened(SERVERS, apart))


def test_a_heading_gives_way_before_the_figures_below_it_do() -> None:
    body = [[("fallback", ""), ("40.5 %", ""), ("5,000 ms", "")]]
    aligns: tuple[Align, ...] = ("left", "right", "right")
    head, line = (each.plain for each in tabulated(["agency", "error rate", "p95"], body, aligns, 27))
    assert "40.5 %" in line
    assert "5,000 ms" in line
    assert "error" in head
    assert "error rate" not in head


def rows(*names: str) -> list[list[tuple[str, str]]]:
    return [[(name, ""), ("1,204", ""), ("0.4 %", "")] for name in names]


def test_a_column_goes_before_two_names_look_the_same() -> None:
    aligns: tuple[Align, ...] = ("left", "right", "right")
    drawn = tabulated(["코드", "건수", "오류율"], rows(*REFERENCES), aligns, 17, (), [NAMES, 0, 50])
    texts = [each.plain for each in drawn]
    assert texts[0].endswith("…")
    assert "건수" not in texts[0]
    assert all("0.4 %" in each for each in texts[1:])
    assert len({each.split("  ")[0] for each in texts[1:]}) == len(REFERENCES)


def test_the_column_of_the_lowest_priority_goes_first_and_the_decisive_one_last() -> None:
    names = ["기관", "요청", "오류율", "비고"]
    body = [[("KAIT", ""), ("1,226", ""), ("42.3 %", ""), ("점검 중 아님", "")]]
    aligns: tuple[Align, ...] = ("left", "right", "right", "left")

    def kept(width: int, *priorities: int) -> list[str]:
        head = tabulated(names, body, aligns, width, (), priorities)[0].plain
        return [name for name in names if name in head]

    assert kept(60, NAMES, 0, 50, 0) == names
    assert kept(26, NAMES, 0, 50, -1) == ["기관", "요청", "오류율"]
    assert kept(18, NAMES, 0, 50, 0) == ["기관", "오류율"]
    assert kept(26, NAMES, 0, 0, 50) == ["기관", "요청", "비고"]
    assert kept(9, NAMES, 0, 50, 0) == ["기관"]
