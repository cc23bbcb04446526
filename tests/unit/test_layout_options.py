from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pytest
from click.testing import CliRunner
from pydantic import Field

from situationroom.catalog import catalog
from situationroom.commands.panels import command
from situationroom.i18n import say
from situationroom.layout.fields import Column, KeyColumns, Rate, Seconds, Spec
from situationroom.layout.options import options_of


class Inner(Spec):
    column: Column
    unit: str = Field("건", description="its unit")


class Options(Spec):
    value: Column | None = None
    key: KeyColumns = ()
    window: Seconds = 900.0
    odd: Seconds = 0.5
    pace: Rate = 10.0
    order: Literal["name", "source"] = "name"
    names: Mapping[str, int] = {}
    many: tuple[Inner | Column, ...] = ()
    one: Inner | None = None
    on: bool = False
    from_: int = Field(3, alias="from")


def test_options_read_as_an_author_writes_them() -> None:
    found = [
        (o.name, say(o.type, "en"), "required" if o.required else o.default, o.doc)
        for o in options_of(Options)
    ]
    assert found == [
        ("value", "column", "", ""),
        ("key", "list of column", "", ""),
        ("window", "duration (5s)", "15m", ""),
        ("odd", "duration (5s)", "0.5s", ""),
        ("pace", "rate (10/s)", "10", ""),
        ("order", "name | source", "name", ""),
        ("names", "text: whole number", "", ""),
        ("many", "list of mapping, or column", "", ""),
        ("many[].column", "column", "required", ""),
        ("many[].unit", "text", "건", "its unit"),
        ("one", "mapping", "", ""),
        ("one.column", "column", "required", ""),
        ("one.unit", "text", "건", "its unit"),
        ("on", "true | false", "false", ""),
        ("from", "whole number", "3", ""),
    ]


@pytest.mark.parametrize("name", sorted(catalog().panels))
def test_every_shipped_option_says_what_it_does(name: str) -> None:
    silent = [option.name for option in options_of(catalog().panels[name].Options) if not option.doc]
    assert silent == []


def test_the_command_lists_every_panel_type() -> None:
    result = CliRunner().invoke(command)
    assert result.exit_code == 0
    for name in catalog().panels:
        assert f"\n{name}  " in f"\n{result.output}"
