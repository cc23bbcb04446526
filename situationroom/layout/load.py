"""Reads a layout file into a checked :class:`~situationroom.layout.models.Layout`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from situationroom.errors import LayoutError, Problem
from situationroom.i18n import LANGUAGES
from situationroom.layout.crosscheck import crosscheck
from situationroom.layout.entries import SECTIONS, Entries, entries, people
from situationroom.layout.environment import Filled, fill
from situationroom.layout.keys import key_name
from situationroom.layout.models import Layout
from situationroom.layout.report import Report, nearest
from situationroom.layout.types import PluginTypes
from situationroom.layout.validation import check
from situationroom.layout.yaml_nodes import Data, Document, read
from situationroom.values import Message

LARGEST_BYTES = 2_000_000

HEAD = frozenset({"room", "lang", "timezone", "journal", "wall", "users"})
"""The keys that :func:`load_head` reads."""


def load(
    path: Path,
    catalog: PluginTypes,
    env: Mapping[str, str],
    *,
    name: str | None = None,
    lang: str | None = None,
) -> Layout:
    """The layout in ``path``, with ``env`` put into its ``${NAME}`` s.

    ``name`` is what the file is called in problems, by default its path. ``lang`` is the language of its
    words and of the program's around them, by default the layout's own.

    Raises:
        LayoutError: it cannot be used; every problem at once, in the order of the file.

    """
    file = name or str(path)
    document = read(_bytes(path, file), file)
    report = Report(file, document)
    filled = fill(document.data, env)
    report.secrets = filled.secrets
    _note_unset(document, filled, report)
    report.lang = _language(filled.data, lang)
    made = entries(filled.data, catalog, report)
    layout = _layout(filled.data, path, report, lang)
    crosscheck(made, _keys(filled.data), catalog, report)
    if report or layout is None:
        raise report.error()
    return _whole(layout, made).read_from(document)


def load_head(path: Path, env: Mapping[str, str], *, name: str | None = None) -> Layout:
    """The room's name, language, time zone, and where its journal and its users file are, alone.

    All else may be broken, or lack what it takes from the environment.

    Raises:
        LayoutError: what concerns the room as a whole cannot be used.

    """
    return _part(path, env, name, with_people=False)


def load_people(path: Path, env: Mapping[str, str], *, name: str | None = None) -> Layout:
    """What :func:`load_head` gives, and the room's people. Raises as it does, also for broken people."""
    return _part(path, env, name, with_people=True)


def _part(path: Path, env: Mapping[str, str], name: str | None, *, with_people: bool) -> Layout:
    file = name or str(path)
    document = read(_bytes(path, file), file)
    report = Report(file, document)
    wanted = HEAD | {"people"} if with_people else HEAD
    filled = fill({key: value for key, value in document.data.items() if key in wanted}, env)
    report.secrets = filled.secrets
    _note_unset(document, filled, report, wanted)
    report.lang = _language(filled.data, None)
    layout = _layout(filled.data, path, report)
    known = people(filled.data, report)
    if report or layout is None:
        raise report.error()
    return layout.model_copy(update={"people": known})


def _note_unset(
    document: Document, filled: Filled, report: Report, wanted: Collection[str] | None = None
) -> None:
    """Note what YAML and the environment could not give, within the ``wanted`` keys."""
    slips = [slip for slip in document.slips if wanted is None or not slip.path or slip.path[0] in wanted]
    for slip in slips:
        report.add_at(slip.line, slip.column, slip.path, slip.what)
    for where, what in filled.problems:
        report.add(where, what)
    lost = {slip.path for slip in slips if slip.lost}
    report.unset = frozenset(lost.union(where for where, _ in filled.problems))


def _bytes(path: Path, file: str) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        identifier = "layout.no_file" if isinstance(error, FileNotFoundError) else "layout.unreadable"
        what = Message(identifier, {"detail": error.strerror or type(error).__name__})
        raise LayoutError([Problem(file, 0, 0, "", what)]) from error
    if len(raw) > LARGEST_BYTES:
        what = Message("layout.file_too_large", {"most_mb": LARGEST_BYTES // 1_000_000})
        raise LayoutError([Problem(file, 0, 0, "", what)])
    return raw


def _language(data: Mapping[str, Data], wanted: str | None) -> str:
    """The one asked for, else the layout's; what is none stands for the default, and is said elsewhere."""
    lang = wanted or data.get("lang")
    return lang if isinstance(lang, str) and lang in LANGUAGES else LANGUAGES[0]


def _layout(data: Mapping[str, Data], path: Path, report: Report, lang: str | None = None) -> Layout | None:
    """The layout without its sections: what concerns the room as a whole."""
    own: dict[str, object] = {key: value for key, value in data.items() if key not in SECTIONS}
    if "path" in own:  # the program's to give, not the author's
        report.add(("path",), Message("layout.unknown_key", {"name": "path", "hint": ""}), key=True)
    if own.get("keys") is None:
        own.pop("keys", None)
    zone = _zone(data.get("timezone"), report)
    if "opens" in own:
        own["opens"] = _opens(own["opens"], zone, report)
    layout = check(Layout, {**own, "path": path}, (), report, extra=SECTIONS)
    if layout is None:
        return None
    keys = {name: key_name(key) for name, key in layout.keys.items()}
    return layout.model_copy(update={"keys": keys, "lang": lang or layout.lang})


def _zone(name: Data, report: Report) -> ZoneInfo:
    """The layout's time zone; UTC stands in for one that is not known."""
    wanted = Layout.model_fields["timezone"].default if name is None else name
    if isinstance(wanted, str):
        try:
            return ZoneInfo(wanted)
        except (OSError, ValueError, KeyError):
            hint = nearest(wanted, available_timezones())
            report.add(("timezone",), Message("layout.unknown_timezone", {"name": wanted, "hint": hint}))
    return ZoneInfo("UTC")


def _opens(value: object, zone: ZoneInfo, report: Report) -> datetime | None:
    """``2024-09-20 09:00`` in the room's time zone, or an ISO time with its offset."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        report.add(("opens",), Message("layout.want_time"))
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _keys(data: Mapping[str, Data]) -> Mapping[str, str]:
    """The remapped keys, as far as they are what they should be."""
    keys = data.get("keys")
    return {name: key for name, key in keys.items() if isinstance(key, str)} if isinstance(keys, dict) else {}


def _whole(layout: Layout, made: Entries) -> Layout:
    return layout.model_copy(update={section: getattr(made, section) for section in SECTIONS})
