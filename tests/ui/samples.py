"""A small room to test screens with: three panels that show what they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.text import Text

from situationroom.formats import key_text
from situationroom.layout.models import (
    ActionSpec,
    FeedSpec,
    InputSpec,
    Layout,
    PageSpec,
    PanelSpec,
    PersonSpec,
    SourceSpec,
)
from situationroom.panel import Line, Panel, PanelOptions, View
from situationroom.values import Person

KIM = Person("kim", "김운영", frozenset({"operator"}))


class RowsPanel(Panel[PanelOptions]):
    """One line per row, with its key."""

    TYPE = "rows"
    Options = PanelOptions
    SELECTS = True

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [
            Line(Text(" ".join(str(value) for value in row.values())), view.key(row))
            for row in view.rows()
            if view.matches(row)
        ]


class DeedsPanel(Panel[PanelOptions]):
    """One line per action."""

    TYPE = "deeds"
    Options = PanelOptions
    SELECTS = True
    NEEDS = frozenset({"actions"})

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [Line(Text(f"{state.key} {state.title} {state.state}"), (state.id,)) for state in view.actions]


class SecondsPanel(Panel[PanelOptions]):
    """The seconds of the room's clock."""

    TYPE = "seconds"
    Options = PanelOptions
    UPDATES = "seconds"

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [Line(Text(f"second {view.now:%S} {key_text(view.selected or ())}"))]


def small_layout(**changes: Any) -> Layout:
    """Two pages, two feeds, two actions; ``changes`` replace whole entries."""
    given: Mapping[str, Any] = {
        "path": Path("room.yaml"),
        "room": "아이폰16 출시 상황실",
        "sources": {"kos": SourceSpec(type="postgres"), "sgi": SourceSpec(type="http")},
        "feeds": {
            "activations": FeedSpec(source="kos", key=("model",)),
            "agencies": FeedSpec(source="sgi", key=("agency",)),
        },
        "panels": {
            "models": PanelSpec(type="rows", title="개통", feed="activations"),
            "agencies": PanelSpec(type="rows", title="대외기관", feed="agencies"),
            "clock": PanelSpec(type="seconds", title="시계"),
            "deeds": PanelSpec(type="deeds", title="조치"),
        },
        "pages": {
            "상황": PageSpec(grid=(("models", "agencies"), ("clock", "deeds"))),
            "기관": PageSpec(grid=(("agencies",),)),
        },
        "actions": {
            "skip": ActionSpec(kind="toggle", key="k", title="사전체크 SKIP", confirm="type"),
            "reprocess": ActionSpec(kind="batch", key="e", title="재처리", confirm="press"),
            "code": ActionSpec(
                kind="batch", key="c", title="코드 재처리",
                inputs={"limit": InputSpec(title="건수", type="number")},
            ),
        },
        "people": {"lee": PersonSpec(name="이당직", phone="010-1234-5678")},
    }  # fmt: skip
    return Layout.model_validate({**given, **changes})


def small_panels(layout: Layout) -> dict[str, Panel[Any]]:
    """The panels of the layout."""
    types: dict[str, type[Panel[Any]]] = {kind.TYPE: kind for kind in (RowsPanel, DeedsPanel, SecondsPanel)}
    return {name: types[spec.type](spec, PanelOptions()) for name, spec in layout.panels.items()}


PEOPLE = {
    "kim": PersonSpec(name="김운영", roles=("operator",)),
    "lee": PersonSpec(name="이당직", roles=("operator",), phone="010-1234-5678"),
    "park": PersonSpec(name="박팀장", roles=("lead",)),
}


def trusted_layout(**changes: Any) -> Layout:
    """An action for two persons, one that is pressed, one with inputs of every type; three people."""
    actions = {
        "skip": ActionSpec(
            kind="toggle", key="k", title="사전체크 SKIP", confirm="two-person", roles=("operator",),
            approvers=("lead",),
        ),
        "reprocess": ActionSpec(
            kind="batch", key="e", title="재처리", confirm="press", roles=("operator", "lead")
        ),
        "refund": ActionSpec(
            kind="http", key="f", title="환불", confirm="press",
            inputs={
                "agency": InputSpec.model_validate(
                    {"title": "기관", "from": {"feed": "agencies", "column": "agency"}}
                ),
                "amount": InputSpec(title="금액", type="number", min=Decimal(1), max=Decimal(50_000)),
                "day": InputSpec(title="거래일", type="date"),
                "why": InputSpec(title="사유", type="reason"),
                "code": InputSpec(title="인증번호", secret=True, optional=True),
            },
        ),
    }  # fmt: skip
    return small_layout(**{"actions": actions, "people": PEOPLE, **changes})
