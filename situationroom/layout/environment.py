"""``${NAME}`` and ``${NAME:-default}`` in a layout's values.

What comes in is data: it is put in after the YAML was read, so that no value can become a key, a list or
another ``${…}``. ``$${`` writes a plain ``${``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from situationroom.layout.yaml_nodes import Data, DataPath
from situationroom.values import Message

_REFERENCE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")

SHORTEST_LEAK = 4
"""Characters of a secret that must not be seen in a row, wherever they are shown."""


@dataclass(slots=True)
class Secrets:
    """The values that came from the environment, so that no sentence ever shows one.

    Attributes:
        values: what came into each place of the layout, in one piece.
        parts: the same, a piece per ``${NAME}``.

    """

    values: dict[DataPath, str] = field(default_factory=dict)
    parts: list[tuple[DataPath, str]] = field(default_factory=list)

    def below(self, path: DataPath) -> tuple[tuple[DataPath, str], ...]:
        """The values in the entry at ``path``, each with its own path from there."""
        return tuple((at[len(path) :], value) for at, value in self.parts if at[: len(path)] == path)

    def at(self, path: DataPath) -> bool:
        """Whether ``path`` is, or is a part of, a value from the environment."""
        return any(path[: len(own)] == own for own in self.values)

    def told_by(self, sentence: str, path: DataPath) -> bool:
        """Whether a sentence about ``path`` gives a value from the environment away.

        A piece of a value is enough where the sentence is about it or about what it stands in; elsewhere,
        where words may be alike by chance, the whole value.
        """
        return any(
            _piece_in(value, sentence)
            if own[: len(path)] == path or path[: len(own)] == own
            else len(value) >= SHORTEST_LEAK and value in sentence
            for own, value in self.values.items()
            if value
        )


def _piece_in(value: str, sentence: str) -> bool:
    starts = range(max(1, len(value) - SHORTEST_LEAK + 1))
    return any(value[start : start + SHORTEST_LEAK] in sentence for start in starts)


@dataclass(slots=True)
class Filled:
    """Data with the environment put in, and what could not be."""

    data: dict[str, Data]
    secrets: Secrets
    problems: list[tuple[DataPath, Message]]


def fill(data: dict[str, Data], env: Mapping[str, str]) -> Filled:
    """Put ``env`` into every text of ``data``; a name that is not set is a problem at its path."""
    filled = Filled({}, Secrets(), [])
    filled.data = {name: _fill(value, (name,), env, filled) for name, value in data.items()}
    return filled


def _fill(data: Data, path: DataPath, env: Mapping[str, str], filled: Filled) -> Data:
    if isinstance(data, dict):
        return {name: _fill(value, (*path, name), env, filled) for name, value in data.items()}
    if isinstance(data, list):
        return [_fill(value, (*path, i), env, filled) for i, value in enumerate(data)]
    if not isinstance(data, str) or "${" not in data:
        return data

    def value_of(match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        name, default = match[1], match[2]
        if name is None:
            filled.problems.append((path, Message("layout.env_written")))
            return ""
        value = env.get(name)
        if default is not None and not value:
            return default
        if value is None:
            filled.problems.append((path, Message("layout.env_unset", {"name": name})))
            return ""
        filled.secrets.values[path] = filled.secrets.values.get(path, "") + value
        filled.secrets.parts.append((path, value))
        return value

    return _REFERENCE.sub(value_of, data)
