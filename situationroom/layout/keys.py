"""The program's own keys: the one table that screens bind, layouts remap and actions must not take.

Keys are named as Textual names them (``ctrl+p``, ``question_mark``, ``f2``, ``H``); an author may also
write the character itself (``?``, ``/``) and any case of a named key (``Ctrl+P``, ``F2``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

DEFAULT_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "quit": "q",
        "panel_next": "tab",
        "panel_previous": "shift+tab",
        "enlarge": "enter",
        "palette": "ctrl+p",
        "help": "question_mark",
        "share": "s",
        "filter": "slash",
        "stop": "x",
        "back": "escape",
        "hold": "H",
        "approve": "y",
        "undo": "u",
        "pause": "p",
        "runs": "R",
        "sign_in": "L",
        "worst_first": "W",
        **{f"page_{number}": str(number) for number in range(1, 10)},
    }
)
"""What each of the program's own keys is called in a layout's ``keys:``, and its key."""

RESERVED = frozenset({"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "ctrl+c", "ctrl+q"})
"""Keys that move the selection or end the program everywhere; nothing else may be put on them."""

_TEXTUAL_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SAME = {"esc": "escape", "return": "enter", "del": "delete", "control": "ctrl"}


def key_name(written: str) -> str:
    """``?`` → ``question_mark``, ``Ctrl+P`` → ``ctrl+p``, ``H`` → ``H``; ``a`` and ``A`` are two keys."""
    written = written.strip() or written
    if len(written) == 1:
        return _character(written)
    *modifiers, last = written.split("+") if not written.endswith("++") else [*written[:-2].split("+"), "+"]
    plain = last.lower()
    named = _SAME.get(plain, _character(plain) if len(plain) == 1 else plain)
    return "+".join([*(_SAME.get(one.lower(), one.lower()) for one in modifiers), named])


def _character(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _TEXTUAL_NAMES.get(name, name) or character


def bindings(remapped: Mapping[str, str]) -> dict[str, str]:
    """The key of each of the program's own functions, after a layout's ``keys:``."""
    return {name: key_name(remapped.get(name, key)) for name, key in DEFAULT_KEYS.items()}


_SHOWN = {"enter": "Enter", "escape": "Esc", "tab": "Tab", "space": "Space"}


def shown_key(key: str) -> str:
    """A key as people read it: ``s``, ``?``, ``Ctrl+P``, ``Esc``, ``F2``."""
    *modifiers, last = key.split("+")
    name = _SHOWN.get(last) or _sign(last)
    if modifiers and len(name) == 1:
        name = name.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def _sign(name: str) -> str:
    """The character that a key is named after; the name itself where there is none."""
    if len(name) == 1:
        return name
    named = {textual: unicode for unicode, textual in _TEXTUAL_NAMES.items()}.get(name, name)
    for spelled in (named.replace("_", " "), named.replace("_", "-")):
        with suppress(KeyError):
            if (sign := unicodedata.lookup(spelled)).isprintable():
                return sign
    return name.upper() if name[0] == "f" and name[1:].isdigit() else name
