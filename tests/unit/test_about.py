"""Which cell a rule is about: that one turns red, and narrow panels keep it."""

from __future__ import annotations

import pytest

from situationroom.layout.about import About
from situationroom.layout.models import Condition, RuleSpec
from situationroom.panel import Line, View
from situationroom.values import Level
from tests.unit import panel_views as views


def about(warning: str = "", critical: str = "", clear: str = "", **more: object) -> tuple[str, ...]:
    return About(
        RuleSpec.model_validate(
            {
                "feed": "f",
                "warning": {"when": warning, "clear": clear or None},
                **({"critical": {"when": critical}} if critical else {}),
                **more,
            }
        )
    ).columns


@pytest.mark.parametrize(
    ("warning", "critical", "clear", "columns"),
    [
        (
            "error_rate > 0.03 and requests >= 100",
            "error_rate > 0.1 and requests >= 100",
            "",
            ("error_rate",),
        ),
        (
            "requests >= 100 and error_rate > 0.03",
            "requests >= 100 and error_rate > 0.1",
            "",
            ("error_rate",),
        ),
        ("requests > 100 and error_rate > 0.03", "", "error_rate < 0.02", ("error_rate",)),
        ("agency == 'KAIT' and p95 > 2000", "", "", ("p95",)),
        ("lag > 10 and agency in ('a', 'b')", "", "", ("lag",)),
        ("error_rate > 0.1 or p95 > 4000", "", "", ("error_rate", "p95")),
        ("rate(count) < 100", "rate(count) < 10", "", ("rate(count)",)),
        ("not ok", "", "", ("ok",)),
        ("errors / requests > 0.1", "", "", ("errors", "requests")),
        ("현재 != 계획", "", "", ("현재", "계획")),
        ("status == 'DOWN'", "", "", ("status",)),
    ],
)
def test_a_rule_is_about_what_it_judges_not_what_it_is_guarded_by(
    warning: str, critical: str, clear: str, columns: tuple[str, ...]
) -> None:
    assert about(warning, critical, clear) == columns


def test_a_rule_may_say_itself_what_it_is_about() -> None:
    assert about("requests >= 100 and error_rate > 0.03", about=("p95", "error_rate")) == (
        "p95",
        "error_rate",
    )


def test_of_one_or_the_other_only_what_holds_is_meant() -> None:
    rule = About(RuleSpec(feed="f", warning=Condition(when="error_rate > 0.1 or p95 > 4000")))
    assert rule.of({"error_rate": 0.2, "p95": 10}, Level.WARNING) == ("error_rate",)
    assert rule.of({"error_rate": 0.0, "p95": 5000}, Level.WARNING) == ("p95",)
    assert rule.of({"error_rate": 0.2, "p95": 5000}, Level.WARNING) == ("error_rate", "p95")


def judged(columns: tuple[str, ...], **more: object) -> View:
    cells = {("agencies", ("KAIT",), column): Level.CRITICAL for column in columns}
    feed = views.launch_feeds()["agencies"]
    return views.view(feed, levels=views.LEVELS, judged=cells, about={"agencies": columns}, **more)


def red(line: Line) -> list[str]:
    spans = [span for span in line.text.spans if span.style == "critical"]
    return [line.text.plain[span.start : span.end].strip() for span in spans]


@pytest.mark.parametrize("kind", ["board", "table"])
def test_only_the_cell_a_rule_is_about_turns_red(kind: str) -> None:
    seen = judged(("error_rate",))
    (line,) = [each for each in views.panel(kind).paint(seen, 100, 10) if each.key == ("KAIT",)]
    assert [text for text in red(line) if text != "■"] == ["11.2 %"]
    assert line.text.plain.startswith("■ KAIT")


@pytest.mark.parametrize("kind", ["board", "table"])
def test_where_that_cell_is_not_shown_the_rows_name_is_red(kind: str) -> None:
    seen = judged(("elsewhere",))
    (line,) = [each for each in views.panel(kind).paint(seen, 100, 10) if each.key == ("KAIT",)]
    assert [text for text in red(line) if text != "■"] == ["KAIT"]


def test_the_figure_a_rule_is_about_turns_red_and_its_neighbours_do_not() -> None:
    feed = views.feed("f", ({"a": 12, "b": 34},), ())
    seen = views.view(feed, levels={("f", ()): Level.CRITICAL}, judged={("f", (), "b"): Level.CRITICAL})
    items = [{"value": "a", "label": "하나"}, {"value": "b", "label": "둘"}]
    line = views.panel("figures", items=items, trend="none", delta=False).paint(seen, 60, 2)[0]
    assert line.text.plain.split() == ["하나", "■", "둘"]


@pytest.mark.parametrize("width", [24, 31, 44])
def test_a_narrow_board_keeps_what_rules_are_about(width: int) -> None:
    columns = ["agency", "requests", "error_rate", "p95"]
    head = views.painted("board", judged(("error_rate",)), width, 10, columns=columns)[0]
    assert "오류율" in head
    assert ("p95" in head) == (width > 24)
    assert "오류율" not in views.painted("board", judged(("requests",)), 20, 10, columns=columns)[0]


def test_an_author_says_which_column_goes_last() -> None:
    columns = ["agency", {"column": "requests", "priority": 60}, "error_rate", "p95"]
    head = views.painted("board", judged(("error_rate",)), 24, 10, columns=columns)[0]
    assert "요청" in head
    assert "오류율" not in head
