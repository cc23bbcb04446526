"""What the loader needs to know of the plug-in types, without knowing panels, sources or actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from situationroom.values import Message


class OptionsType(Protocol):
    """A plug-in class: the model of what its entries may hold besides the common keys."""

    Options: type[BaseModel]


class QuestionType(OptionsType, Protocol):
    """A source class: it also has the model of what its feeds ask."""

    Question: type[BaseModel]


class ActionType(OptionsType, Protocol):
    """A kind of action: what it gives to statements, whether it goes back by itself, what it sets."""

    ARGUMENTS: ClassVar[frozenset[str]]
    GOES_BACK: ClassVar[bool]
    REVERTS: ClassVar[bool]
    VERIFIES_BY: ClassVar[frozenset[str]]


@runtime_checkable
class Breakable(Protocol):
    """Types some of which may be in files that cannot be loaded."""

    def broken(self, type_name: str) -> Message | None:
        """Why a type that is not there could not be loaded, where a file would give it."""


class PluginTypes(Protocol):
    """The types a layout may name; :class:`situationroom.catalog.Catalog` is one."""

    @property
    def panels(self) -> Mapping[str, type[OptionsType]]:
        """Panels by type."""

    @property
    def sources(self) -> Mapping[str, type[QuestionType]]:
        """Sources by type."""

    @property
    def actions(self) -> Mapping[str, type[ActionType]]:
        """Actions by kind."""
