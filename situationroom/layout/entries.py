"""Entries of a layout → specs: the common keys by our models, the rest by the plug-in's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from situationroom.layout.keys import key_name
from situationroom.layout.models import (
    ActionSpec,
    ChannelSpec,
    FeedSpec,
    PageSpec,
    PanelSpec,
    PersonSpec,
    RuleSpec,
    SourceSpec,
    Stepped,
)
from situationroom.layout.pages import page
from situationroom.layout.report import Report, nearest
from situationroom.layout.steps import MakeAction, asking, with_parts
from situationroom.layout.types import Breakable, OptionsType, PluginTypes
from situationroom.layout.validation import check, keys_of
from situationroom.layout.yaml_nodes import Data, DataPath
from situationroom.values import Message

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", SourceSpec, PanelSpec, ActionSpec)

Raw = Mapping[str, Data]


@dataclass(frozen=True, slots=True)
class Entries:
    """What could be made of each section; ``declared`` has the names of all its entries."""

    declared: Mapping[str, frozenset[str]]
    sources: Mapping[str, SourceSpec]
    feeds: Mapping[str, FeedSpec]
    panels: Mapping[str, PanelSpec]
    pages: Mapping[str, PageSpec]
    rules: Mapping[str, RuleSpec]
    actions: Mapping[str, ActionSpec]
    channels: Mapping[str, ChannelSpec]
    people: Mapping[str, PersonSpec]


SECTIONS = ("sources", "feeds", "panels", "pages", "rules", "actions", "channels", "people")


def entries(data: Raw, types: PluginTypes, report: Report) -> Entries:
    """Every section of a layout; what is wrong goes to ``report``."""
    raw = {name: _section(data, name, report) for name in SECTIONS}
    declared = {name: frozenset(section) for name, section in raw.items()}

    def typed(section: str, spec: type[S], key: str, known: Mapping[str, type[OptionsType]]) -> dict[str, S]:
        return _each(raw[section], section, report, lambda e, p: _typed(spec, key, known, e, p, report))

    def action(entry: Raw, path: DataPath) -> ActionSpec | None:
        made = _typed(ActionSpec, "kind", types.actions, entry, path, report, action)
        return asking(made, path, report) if made else None

    def plain(section: str, spec: type[M]) -> dict[str, M]:
        return _each(raw[section], section, report, lambda e, p: check(spec, e, p, report))

    def feed(entry: Raw, path: DataPath) -> FeedSpec | None:
        return _feed(entry, path, raw["sources"], types, report)

    def panel_page(name: str, value: Data) -> PageSpec | None:
        return page(value, ("pages", name), declared["panels"], report)

    pages = {name: panel_page(name, value) for name, value in raw["pages"].items()}
    return Entries(
        declared=declared,
        sources=typed("sources", SourceSpec, "type", types.sources),
        feeds=_each(raw["feeds"], "feeds", report, feed),
        panels=typed("panels", PanelSpec, "type", types.panels),
        pages={name: spec for name, spec in pages.items() if spec},
        rules=plain("rules", RuleSpec),
        actions={
            name: spec.model_copy(update={"key": key_name(spec.key)}) if spec.key else spec
            for name, spec in _each(raw["actions"], "actions", report, action).items()
        },
        channels=plain("channels", ChannelSpec),
        people=plain("people", PersonSpec),
    )


def people(data: Raw, report: Report) -> Mapping[str, PersonSpec]:
    """The people of a layout alone; what is wrong goes to ``report``."""
    section = _section(data, "people", report)
    return _each(section, "people", report, lambda entry, path: check(PersonSpec, entry, path, report))


def _section(data: Raw, name: str, report: Report) -> Raw:
    """One section as a mapping; one that is left empty is an empty one."""
    section = data.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        report.add((name,), Message("layout.want_mapping"))
        return {}
    return section


def _each(section: Raw, name: str, report: Report, make: Callable[[Raw, DataPath], M | None]) -> dict[str, M]:
    made: dict[str, M] = {}
    for entry_name, entry in section.items():
        path = (name, entry_name)
        if entry is not None and not isinstance(entry, dict):
            report.add(path, Message("layout.want_mapping"))
        elif (spec := make(entry or {}, path)) is not None:
            made[entry_name] = spec
    return made


def _typed(
    spec: type[S],
    key: str,
    known: Mapping[str, type[OptionsType]],
    entry: Raw,
    path: DataPath,
    report: Report,
    make_step: MakeAction | None = None,
) -> S | None:
    """An entry whose ``key`` names its plug-in type: the type's options go into ``options``."""
    common, rest = _split(spec, entry)
    type_name = entry.get(key)
    if not isinstance(type_name, str):
        return check(spec, common, path, report)  # says that it is missing, or is no text
    if type_name not in known:
        broken = known.broken(type_name) if isinstance(known, Breakable) else None
        what = broken or Message(
            "layout.unknown_type", {"name": type_name, "hint": nearest(type_name, known)}
        )
        report.add((*path, key), what)
        return check(spec, common, path, report)
    model = known[type_name].Options
    given = with_parts(rest, path, make_step, report) if make_step and issubclass(model, Stepped) else rest
    options = check(model, given, path, report, extra=_common_keys(spec))
    made = check(spec, common, path, report)
    return made.model_copy(update={"options": options}) if made and options else made


def _feed(entry: Raw, path: DataPath, sources: Raw, types: PluginTypes, report: Report) -> FeedSpec | None:
    """A feed: what it asks is checked by the type of its source."""
    common, rest = _split(FeedSpec, entry)
    made = check(FeedSpec, common, path, report)
    name = entry.get("source")
    source = sources.get(name) if isinstance(name, str) else None
    type_name = source.get("type") if isinstance(source, dict) else None
    if not isinstance(type_name, str) or type_name not in types.sources:
        return made  # said where the source is named
    question = check(types.sources[type_name].Question, rest, path, report, extra=_common_keys(FeedSpec))
    return made.model_copy(update={"question": question}) if made and question else made


def _common_keys(spec: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name for name in keys_of(spec) if name not in ("options", "question"))


def _split(spec: type[BaseModel], entry: Raw) -> tuple[dict[str, Data], dict[str, Data]]:
    """The keys common to all types, and the rest."""
    common = frozenset(_common_keys(spec))
    return (
        {name: value for name, value in entry.items() if name in common},
        {name: value for name, value in entry.items() if name not in common},
    )
