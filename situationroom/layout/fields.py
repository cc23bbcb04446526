"""The field types a layout is made of, usable in any ``Options`` model, a user's own included.

Some strings in a layout *name* something: a feed, a column, a source, a channel, an expression. They are
annotated with a :class:`Names`, and the loader and ``check`` find them by walking the models, so that a
panel's author gets the errors "unknown feed" and "no feed gives this column" for free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from situationroom.i18n import LANGUAGES
from situationroom.layout.yaml_nodes import DataPath


class Spec(BaseModel):
    """Base of every model of a layout: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Named = Literal[
    "feed", "column", "source", "channel", "expression", "condition", "returned", "input", "action", "rule"
]
"""What a name in a layout may be the name of; an expression stands among them for the columns in it."""


class KeepsSecrets(Spec):
    """A model that knows which of its values came from the environment, so that none is ever shown."""

    _environment: tuple[tuple[DataPath, str], ...] = PrivateAttr(())

    def model_post_init(self, context: Any, /) -> None:
        """Take what the loader knows."""
        self._environment = (context or {}).get("environment", ())

    def from_environment(self, *keys: str) -> tuple[str, ...]:
        """What ``${NAME}`` s put into these keys, and all below them."""
        return tuple(value for path, value in self._environment if path and path[0] in keys)


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a string as the name of something else in the layout."""

    what: Named


@dataclass(frozen=True, slots=True)
class WrittenAs:
    """Marks a model that an author writes as something plainer, for whoever lists options."""

    form: object


FeedName = Annotated[str, Names("feed")]
"""A feed. Every ``Column`` and ``Expression`` in the same model (or below it) belongs to this feed."""

Column = Annotated[str, Names("column")]
"""A column of the model's feed: the nearest ``FeedName`` at or above it, else the panel's ``feed:``."""

SourceName = Annotated[str, Names("source")]
ActionName = Annotated[str, Names("action")]
RuleName = Annotated[str, Names("rule")]
ChannelName = Annotated[str, Names("channel")]

Expression = Annotated[str, Names("expression")]
"""A restricted expression over the columns of the model's feed; see ``layout/expressions.py``."""

ConditionText = Annotated[str, Names("condition")]
"""An expression that also knows what a person chose: ``$name``; see ``layout/conditions.py``."""

ReturnedCondition = Annotated[str, Names("returned")]
"""The same over the columns of what a statement returned."""

InputName = Annotated[str, Names("input")]
"""An argument of an action's statement: the name of one of its ``inputs`` or a name the kind gives."""


def in_language(value: object, info: ValidationInfo) -> object:
    """A text as it is; of ``{ko: …, en: …}`` the room's language, else the one that is there."""
    if not isinstance(value, Mapping):
        return value
    texts = {lang: text for lang, text in value.items() if lang in LANGUAGES and isinstance(text, str)}
    if not texts or len(texts) < len(value):
        raise PydanticCustomError("layout.label", "languages", {"languages": ", ".join(LANGUAGES)})
    wanted = (info.context or {}).get("lang", LANGUAGES[0])
    return texts.get(wanted, next(iter(texts.values())))


Label = Annotated[
    str, BeforeValidator(in_language, json_schema_input_type=str | dict[Literal["ko", "en"], str])
]
"""Words for people: one text, or one a language (``{ko: 개통, en: Activations}``)."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}


LONGEST_S = 365 * 86_400.0
"""No duration of a layout is longer."""

SHORTEST_PERIOD_S = 0.1
"""No feed is asked, and no push answered, more often than this."""


def seconds(value: object) -> object:
    """``"5s"``, ``"1m30s"``, ``"500ms"``, ``"2h"``, ``"7d"`` → float seconds; a bare number is refused."""
    if isinstance(value, float):
        return value  # a default, already in seconds
    if isinstance(value, str):
        compact = value.strip()
        if compact and _DURATION.sub("", compact).strip() == "":
            total = sum(float(amount) * _SECONDS[unit] for amount, unit in _DURATION.findall(compact))
            if total > LONGEST_S:
                raise PydanticCustomError("layout.duration_long", "too long", {"most": "365d"})
            return total
    raise ValueError("layout.duration")  # an id of the catalogue, said in the reader's language


Seconds = Annotated[
    float,
    BeforeValidator(seconds, json_schema_input_type=str),
    Field(gt=0, json_schema_extra={"type": "string", "examples": ["5s", "1m30s", "500ms"]}),
]
"""A duration, written with its unit, of at most 365 days."""


def _not_too_often(value: float) -> float:
    if value < SHORTEST_PERIOD_S:
        raise PydanticCustomError("layout.period_short", "too short", {"least": "100ms"})
    return value


Period = Annotated[Seconds, AfterValidator(_not_too_often)]
"""How often a feed is asked: a duration of at least 100 ms."""


def per_second(value: object) -> object:
    """``"1000/s"``, ``"600/m"`` → float per second."""
    if isinstance(value, float):
        return value
    if isinstance(value, str) and (
        match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*/\s*(s|m|min|h)", value.strip())
    ):
        return float(match[1]) / _SECONDS[match[2]]
    raise ValueError("layout.rate")


Rate = Annotated[
    float,
    BeforeValidator(per_second, json_schema_input_type=str),
    Field(gt=0, json_schema_extra={"type": "string", "examples": ["1000/s"]}),
]


def _split(value: object) -> object:
    """One name, or a list of names: always a tuple."""
    return (value,) if isinstance(value, str) else value


KeyColumns = Annotated[tuple[Column, ...], BeforeValidator(_split, json_schema_input_type=str | list[str])]
Words = Annotated[tuple[str, ...], BeforeValidator(_split, json_schema_input_type=str | list[str])]
"""One word or a list of words."""

Figure = Literal[
    "number", "big", "percent", "duration", "ms", "bytes", "per_second", "text", "time", "money", "person"
]  # fmt: skip
"""How a column's value is written: ``percent`` of a ratio, ``duration`` of seconds, ``ms`` of thousandths.

A ``person`` is an id of the layout's ``people``, shown by name; any other text as it is.
"""
