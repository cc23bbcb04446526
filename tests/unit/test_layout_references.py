from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from situationroom.layout.fields import Column, Expression, FeedName, InputName, KeyColumns, Spec
from situationroom.layout.models import FeedSpec, PanelSpec, RuleSpec
from situationroom.layout.references import Reference, references
from tests.unit.layout_types import ChartOptions, Line


class Series(Spec):
    feed: FeedName | None = None
    y: Column
    when: Expression | None = None


class Options(Spec):
    x: Column | None = None
    key: KeyColumns = ()
    names: Mapping[Column, str] = {}
    by_name: Mapping[str, tuple[Column, ...]] = {}
    series: tuple[Series, ...] = ()
    args: tuple[InputName, ...] = ()
    from_: Annotated[Series | None, Field(alias="from")] = None
    text: str = "no name"


def test_every_marked_name_is_found_however_deep() -> None:
    options = Options.model_validate(
        {
            "x": "t",
            "key": "k",
            "names": {"a": "A"},
            "by_name": {"one": ["b", "c"]},
            "series": [{"y": "d"}, {"feed": "other", "y": "e", "when": "e > 1"}],
            "args": ["value"],
            "from": {"feed": "third", "y": "f"},
        }
    )
    found = list(references(PanelSpec(type="x", feed="main", options=options), None))
    assert found == [
        Reference("feed", "main", "main", ("feed",)),
        Reference("column", "t", "main", ("x",)),
        Reference("column", "k", "main", ("key", 0)),
        Reference("column", "a", "main", ("names", "a")),
        Reference("column", "b", "main", ("by_name", "one", 0)),
        Reference("column", "c", "main", ("by_name", "one", 1)),
        Reference("column", "d", "main", ("series", 0, "y")),
        Reference("feed", "other", "other", ("series", 1, "feed")),
        Reference("column", "e", "other", ("series", 1, "y")),
        Reference("expression", "e > 1", "other", ("series", 1, "when")),
        Reference("input", "value", "main", ("args", 0)),
        Reference("feed", "third", "third", ("from", "feed")),
        Reference("column", "f", "third", ("from", "y")),
    ]


def test_the_first_of_several_feeds_is_the_main_one() -> None:
    spec = PanelSpec(
        type="chart",
        feeds=("one", "two"),
        options=ChartOptions(lines=("total", Line(feed="two", column="x")), colours={"total": "red"}),
    )
    columns = [(r.name, r.feed) for r in references(spec, None) if r.what == "column"]
    assert columns == [("total", "one"), ("x", "two"), ("total", "one")]


def test_a_rules_and_a_feeds_own_names_belong_to_their_feed() -> None:
    rule = RuleSpec.model_validate({"feed": "f", "warning": {"when": "a > 1", "clear": "a < 1"}})
    assert [(r.what, r.name, r.feed) for r in references(rule, None)] == [
        ("feed", "f", "f"),
        ("expression", "a > 1", "f"),
        ("expression", "a < 1", "f"),
    ]
    feed = FeedSpec.model_validate({"source": "s", "key": "k", "at": "t", "derive": {"x": "a / b"}})
    assert {(r.what, r.name, r.feed) for r in references(feed, "me")} == {
        ("source", "s", "me"),
        ("column", "k", "me"),
        ("column", "t", "me"),
        ("expression", "a / b", "me"),
    }
