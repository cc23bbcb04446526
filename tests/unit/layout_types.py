"""Plug-in types small enough to reason about, and a short way to load a layout's text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import BaseModel, field_validator

from situationroom.errors import LayoutError
from situationroom.layout.fields import Column, FeedName, InputName, Seconds, Spec
from situationroom.layout.load import load
from situationroom.layout.models import Layout
from situationroom.layout.types import ActionType, OptionsType, QuestionType


class PostgresOptions(Spec):
    dsn: str
    pool: int = 4
    ssl: bool = False
    timeout: Seconds = 3.0

    @field_validator("dsn")
    @classmethod
    def _scheme(cls, value: str) -> str:
        if not value.startswith("postgres://"):
            raise ValueError(f"{value!r} is no postgres:// address")
        if value.endswith("!"):
            raise ValueError(f"no mark at the end: {value[::-1]}")
        return value


class PostgresQuestion(Spec):
    sql: str
    listen: str | None = None


class Postgres:
    Options: type[BaseModel] = PostgresOptions
    Question: type[BaseModel] = PostgresQuestion


class Line(Spec):
    feed: FeedName
    column: Column
    axis: int = 1


class ChartOptions(Spec):
    lines: tuple[Line | Column, ...] = ()
    colours: Mapping[Column, str] = {}
    style: str = ""


class Chart:
    Options: type[BaseModel] = ChartOptions


class NoteOptions(Spec):
    text: str = ""


class Note:
    Options: type[BaseModel] = NoteOptions


class ToggleOptions(Spec):
    sql: str = ""
    args: tuple[InputName, ...] = ()


class Toggle:
    Options: type[BaseModel] = ToggleOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"value"})
    GOES_BACK: ClassVar[bool] = True
    REVERTS: ClassVar[bool] = True
    VERIFIES_BY: ClassVar[frozenset[str]] = frozenset({"on", "off"})


@dataclass(frozen=True)
class Types:
    panels: Mapping[str, type[OptionsType]]
    sources: Mapping[str, type[QuestionType]]
    actions: Mapping[str, type[ActionType]]


TYPES = Types({"chart": Chart, "note": Note}, {"postgres": Postgres}, {"toggle": Toggle})


def layout(folder: Path, text: str, env: Mapping[str, str] | None = None) -> Layout:
    """The layout written as ``text``."""
    file = folder / "room.yaml"
    file.write_text(textwrap.dedent(text), "utf-8")
    return load(file, TYPES, env or {}, name="room.yaml")


def problems(folder: Path, text: str, env: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with the layout written as ``text``, in English, without the file's name."""
    with pytest.raises(LayoutError) as caught:
        layout(folder, text, env)
    return [problem.text("en").removeprefix("room.yaml:") for problem in caught.value.problems]
