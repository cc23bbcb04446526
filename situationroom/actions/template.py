"""Places in an action's options that an input's value goes into, whole: ``$name``.

A place is a whole word (a segment of a path, an argument of a command, a value in JSON), never a part of one,
so that a value stays a value whatever is in it. ``$$x`` is the plain text ``$x``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, JsonValue
from pydantic_core import PydanticCustomError

from situationroom.actions.masking import HIDDEN
from situationroom.layout.fields import InputName, Spec, WrittenAs
from situationroom.values import Value


class WordsTemplate(Spec):
    """Words, each of them text or the name of an input."""

    words: tuple[str, ...]
    inputs: tuple[InputName, ...] = ()

    def filled(self, names: Mapping[str, Value]) -> Iterator[tuple[str | None, str]]:
        """Each word (None for an input that was left out), and the input it comes from or ""."""
        for word in self.words:
            name = _name(word)
            if name is None:
                yield _plain(word), ""
            else:
                value = names[name]
                yield None if value is None else _text(value), name


class JsonTemplate(Spec):
    """A JSON value in which texts may be the names of inputs, whose values go in with their type."""

    document: JsonValue
    inputs: tuple[InputName, ...] = ()

    def filled(self, names: Mapping[str, Value]) -> JsonValue:
        """The value with the inputs' in their places."""
        return _filled(self.document, names)


def hidden(names: Mapping[str, Value], secret: Collection[str]) -> dict[str, Value]:
    """The names as people may see them."""
    return {name: HIDDEN if name in secret and value is not None else value for name, value in names.items()}


def _segments(value: object) -> object:
    if not isinstance(value, str):
        return value
    if any(mark in value for mark in "?#") or "://" in value or value.startswith("//"):
        raise ValueError("sources.bad_http_path")
    words = tuple(value.removeprefix("/").split("/")) if value else ()
    if any(word in (".", "..") for word in words):
        raise ValueError("sources.bad_http_path")
    return {"words": words, "inputs": tuple(_names_in(list(words)))}


def _words(value: object) -> object:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise PydanticCustomError("list_type", "a list of texts")
    return {"words": tuple(value), "inputs": tuple(_names_in(value))}


def _document(value: object) -> object:
    return {"document": value, "inputs": tuple(_names_in(value))}


PathTemplate = Annotated[
    WordsTemplate, BeforeValidator(_segments, json_schema_input_type=str), WrittenAs(str)
]
"""``/agencies/$agency/outage``: a path below a source's URL; a segment may be an input."""

ArgvTemplate = Annotated[
    WordsTemplate, BeforeValidator(_words, json_schema_input_type=list[str]), WrittenAs(list[str])
]
"""``[systemctl, restart, $service]``: an argument may be an input."""

BodyTemplate = Annotated[
    JsonTemplate, BeforeValidator(_document, json_schema_input_type=JsonValue), WrittenAs(JsonValue)
]
"""``{agency: $agency, on: true}``: a value may be an input."""


def _name(text: str) -> str | None:
    return text[1:] if text.startswith("$") and not text.startswith("$$") and len(text) > 1 else None


def _plain(text: str) -> str:
    return text[1:] if text.startswith("$$") else text


def _names_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if (name := _name(value)) is not None:
            yield name
    elif isinstance(value, list):
        for one in value:
            yield from _names_in(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _names_in(one)


def _filled(value: JsonValue, names: Mapping[str, Value]) -> JsonValue:
    if isinstance(value, str):
        name = _name(value)
        return _plain(value) if name is None else _json(names[name])
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, names) for key, one in value.items()}
    return value


def _json(value: Value) -> JsonValue:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
