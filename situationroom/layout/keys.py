"""The program's own keys: the one table that screens bind, layouts remap and actions must not take.

Keys are named as Textual names them (``ctrl+p``, ``question_mark``, ``f2``, ``H``); an author may also
write the character itself (``?``, ``/``) and any case of a named key (``Ctrl+P``, ``F2``).
"""

from __future__ import annotations

import difflib
import string
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
    plain = last.strip().lower()
    named = _SAME.get(plain, _character(plain) if len(plain) == 1 else plain)
    return "+".join(
        [*sorted(_SAME.get(one.strip().lower(), one.strip().lower()) for one in modifiers), named]
    )


def _character(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _TEXTUAL_NAMES.get(name, name) or character


MODIFIERS = ("alt", "ctrl", "shift")

NAMED = frozenset(
    {
        *("enter", "escape", "tab", "space", "backspace", "delete", "insert"),
        *("up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
        *(f"f{number}" for number in range(1, 25)),
        *(_character(sign) for sign in string.punctuation),
    }
)
"""The keys that a terminal can tell of by a name; letters, digits and other characters are their own."""


def is_key(name: str) -> bool:
    """Whether a terminal can ever tell of this key, named as :func:`key_name` gives it."""
    *modifiers, last = name.split("+")
    if len(set(modifiers)) != len(modifiers) or not set(modifiers) <= set(MODIFIERS):
        return False
    character = len(last) == 1 and last.isalnum()
    if modifiers == ["shift"] and (character or last not in NAMED or len(_sign(last)) == 1):
        return False  # a letter with Shift is another character: A, ?
    return character or last in NAMED


def near_key(name: str) -> str | None:
    """The key that was most likely meant by a name that is none; None where nothing is near."""
    *modifiers, last = name.split("+")
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        return last.upper()
    meant = [*difflib.get_close_matches(last, sorted(NAMED), n=1), *([last] if is_key(last) else [])]
    held = [difflib.get_close_matches(one, MODIFIERS, n=1) for one in modifiers]
    if not meant or not all(held):
        return None
    near = "+".join([*sorted({one[0] for one in held}), meant[0]])
    return near if is_key(near) else None


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
