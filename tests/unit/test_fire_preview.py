"""A preview on the output of a command: whole lines where nobody looks at a terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from situationroom.actions.base import Preview, State
from situationroom.commands._preview import show_preview
from situationroom.values import Message

SQL = "update reference set enabled = $1, changed_by = $2, changed_at = now() where code = 'KAIT_SKIP'"


def shown(*, terminal: bool) -> list[str]:
    out = io.StringIO()
    preview = Preview(
        at=datetime(2024, 9, 20, tzinfo=UTC),
        what=Message("KAIT 보험 사전체크 " * 8),
        before=State({}, Message("꺼짐")),
        statement=f"{SQL}\n-- $1 value = true",
        warnings=(Message("기준 정보가 바뀌었습니다 " * 8),),
    )
    show_preview(Console(file=out, width=80, force_terminal=terminal, no_color=True), preview, "ko")
    return out.getvalue().splitlines()


def test_no_line_of_a_preview_is_broken_where_there_is_no_terminal() -> None:
    lines = shown(terminal=False)
    assert SQL in lines
    assert len(lines) == 5


def test_a_statement_is_not_broken_at_a_terminal_either() -> None:
    assert any(SQL in line for line in shown(terminal=True))
