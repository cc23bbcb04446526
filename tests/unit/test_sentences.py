"""The catalogue of sentences and the code agree: both languages, every id there is, every one used."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from situationroom.i18n import LANGUAGES
from situationroom.journal import Kind
from situationroom.journal.evidence import Finding, Remark
from situationroom.journal.verify import Check
from situationroom.layout.fields import Names
from situationroom.ui.keys import FUNCTIONS
from situationroom.ui.runcard import InPlace, Leaving
from situationroom.values import RunState, Settlement, Status, StepState

ROOT = Path(__file__).parents[2]

CATALOGUE: Mapping[str, Mapping[str, str]] = {
    f"{file.stem}.{name}": entry
    for file in sorted((ROOT / "situationroom" / "locale").glob("*.toml"))
    for name, entry in tomllib.loads(file.read_text("utf-8")).items()
}
AREAS = frozenset(identifier.partition(".")[0] for identifier in CATALOGUE)

TREES = {
    str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8"))
    for folder in ("situationroom", "panels")
    for file in sorted((ROOT / folder).rglob("*.py"))
}


def _constant(file: str, name: str) -> ast.expr:
    """What a file assigns to one of its names."""
    [value] = [
        node.value
        for node in ast.walk(TREES[file])
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]
    ]
    return value


def _values_of(file: str, name: str) -> list[str]:
    """The texts in a constant: values of a mapping, or items of a tuple."""
    value = _constant(file, name)
    assert isinstance(value, (ast.Dict, ast.Tuple))
    items = value.values if isinstance(value, ast.Dict) else value.elts
    return [str(ast.literal_eval(item)) for item in items]


def _keys_of(file: str, name: str) -> list[str]:
    """The keys of a mapping of texts."""
    return list(ast.literal_eval(_constant(file, name)))


def _said_at_a_terminal() -> list[str]:
    """The first words of ``at.say("waits", …)`` in the commands; of a choice of words both."""
    return [
        word.value
        for file, tree in TREES.items()
        if file.startswith("situationroom/commands/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "at.say"
        for word in ast.walk(node.args[0])
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    ]


def _wishes(*kinds: object) -> list[str]:
    """What a run's card offers, as it stands in ids."""
    return [str(wish).replace("-", "_") for kind in kinds for wish in get_args(kind)]


COMPOSED: Mapping[str, list[str]] = {
    "actions.lost_{}": ["journal", "leases"],
    "check.{}": [
        "action",
        "kind",
        "tried",
        "untried",
        *("feed", "source", "state", "rows", "columns", "took", "remark"),
        *(Status.LIVE, Status.EMPTY, Status.FAILED),
    ],
    "engine.part_{}": [*("looks", "journal", "verify", "temporary", "countdowns"), "staleness"],
    "fire.{}": _said_at_a_terminal(),
    "journal.evidence_{}": [
        *("asked", "approved", "refused", "executed", "outcome", "verified", "settled"),
        *("undoes", "reverts", "resumes", "statement", "finding", "matched", "unmatched"),
        "remark",
    ],
    "journal.fault_{}": list(Check),
    "journal.finding_{}": list(Finding),
    "journal.remark_{}": list(Remark),
    "journal.total_{}": [
        *("runs", "requested", "demanded", "approved", "refused", "denied", "expired", "withdrawn"),
        "executed",
        *("done", "failed", "stopped", "unknown", "settled", "verified", "not_verified", "unmatched"),
        *("held", "released", "sign_in_failed", "locked_out", "unlocked", "pin_set", "remarked"),
    ],
    "journal.verdict_{}": list(Settlement),
    "journal.{}": _values_of("situationroom/journal/export.py", "_SHOWN"),
    "journal.kind_{}": list(Kind),
    "layout.option_{}": ["name", "type", "default", "doc"],
    "layout.type_{}": [
        *get_args(get_type_hints(Names)["what"]),
        *_values_of("situationroom/layout/options.py", "_PLAIN"),
        "any",
    ],
    "layout.unknown_{}": _keys_of("situationroom/layout/crosscheck.py", "_SECTION"),
    "layout.{}": _values_of("situationroom/layout/validation.py", "_WANTED"),
    "paint.run_{}": list(RunState),
    "paint.step_{}": list(StepState),
    "people.list_{}": ["id", "name", "roles", "login", "pin", "locked"],
    "share.{}": ["feed", "state", "age", "reason", *Status],
    "ui.approval_{}": ["approved", "refused", "withdrawn"],
    "ui.fact_{}": ["after", "rows", "asker", "approver", "time", "undoes", "id"],
    "ui.help_{}": ["keys", "pages", "actions", "move", "touch"],
    "ui.hint_{}": ["date", "number", "reason"],
    "ui.key_{}": list(FUNCTIONS),
    "ui.run_{}": _wishes(InPlace, Leaving),
    "ui.said_{}": [wish for wish in _wishes(InPlace) if wish not in ("slower", "faster")],
}
"""Ids that are put together in the code, ``{}`` for what goes into them, and all that does."""


def test_every_sentence_is_in_both_languages_with_the_same_placeholders() -> None:
    for identifier, entry in CATALOGUE.items():
        assert set(entry) == set(LANGUAGES), identifier
        assert _placeholders(entry["ko"]) == _placeholders(entry["en"]), identifier


def test_every_id_in_the_code_is_in_the_catalogue() -> None:
    assert sorted(_written() - CATALOGUE.keys()) == []


def test_every_id_put_together_in_the_code_is_known_here() -> None:
    assert sorted(_put_together()) == sorted(COMPOSED)


@pytest.mark.parametrize("pattern", COMPOSED)
def test_an_id_that_is_put_together_is_in_the_catalogue(pattern: str) -> None:
    assert sorted(set(_expanded(pattern)) - CATALOGUE.keys()) == []


def test_every_sentence_of_the_catalogue_is_used() -> None:
    used = _written() | {identifier for pattern in COMPOSED for identifier in _expanded(pattern)}
    assert sorted(CATALOGUE.keys() - used) == []


def test_every_sentence_gets_all_it_has_places_for() -> None:
    """Where the code names the values beside the id."""
    lacking = [
        f"{file}:{line}: {identifier} gets no {', '.join(sorted(missing))}"
        for file, line, identifier, given in _calls()
        if identifier in CATALOGUE and (missing := _placeholders(CATALOGUE[identifier]["ko"]) - given)
    ]
    assert lacking == []


def _placeholders(text: str) -> frozenset[str]:
    names = (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    return frozenset(name.partition(".")[0] for name in names)


def _written() -> set[str]:
    """Every text constant that has the form of an id of a known area."""
    return {
        node.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_id(node.value)
    } - set(_pieces())


def _is_id(text: str) -> bool:
    area, dot, name = text.partition(".")
    return bool(dot) and area in AREAS and name.isidentifier()


def _put_together() -> set[str]:
    """Every f-string that begins with a known area, ``{}`` for what goes into it."""
    return {
        _pattern(node)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and _begins_with_an_area(node)
    }


def _pattern(node: ast.JoinedStr) -> str:
    return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{}" for piece in node.values)


def _begins_with_an_area(node: ast.JoinedStr) -> bool:
    first = node.values[0]
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return False
    area, dot, name = first.value.partition(".")
    return bool(dot) and area in AREAS and (not name or name.isidentifier())


def _pieces() -> Iterator[str]:
    """The beginnings of f-strings, which are no ids by themselves."""
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                for piece in node.values:
                    if isinstance(piece, ast.Constant):
                        yield str(piece.value)


def _expanded(pattern: str) -> list[str]:
    return [pattern.format(one) for one in COMPOSED[pattern]]


def _calls() -> Iterator[tuple[str, int, str, frozenset[str]]]:
    """Calls with an id first and all its values named: file, line, id, names of the values."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            identifier, given = node.args[0].value, _given(node)
            if isinstance(identifier, str) and _is_id(identifier) and given is not None:
                yield file, node.lineno, identifier, given


def _given(call: ast.Call) -> frozenset[str] | None:
    """The names of the values a call gives, or None where they cannot be read off."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    if isinstance(call.func, ast.Attribute) and (call.func.attr != "say" or len(call.args) > 1):
        return None  # of another kind, or one that adds values of its own
    names = {keyword.arg for keyword in call.keywords if keyword.arg}
    if isinstance(call.func, ast.Name) and call.func.id != "say":  # a Message, or an error
        for argument in call.args[1:]:
            if not isinstance(argument, ast.Dict) or None in argument.keys:
                return None
            names |= {str(key.value) for key in argument.keys if isinstance(key, ast.Constant)}
    return frozenset(names)


@pytest.mark.parametrize(
    ("other", "ours"),
    [("뜻했습니까", "뜻하셨나요"), ("컬럼", "열"), ("현재", "지금"), ("액션", "조치"), ("페이지", "화면")],
)
def test_one_thing_has_one_korean_word(other: str, ours: str) -> None:
    assert [identifier for identifier, entry in CATALOGUE.items() if other in entry["ko"]] == [], ours
