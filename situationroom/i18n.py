"""Korean and English: every sentence of ours, by id.

The catalogue is ``locale/<area>.toml``; an id is ``area.name`` and each entry holds both languages
side by side, so that one cannot be added without the other::

    [timeout]
    ko = "{after_s:g}초 안에 답이 없음"
    en = "no answer within {after_s:g} s"

Words that depend on the one before them are marked (:mod:`situationroom.agreement`).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from situationroom.agreement import agreed
from situationroom.values import Message

LANGUAGES = ("ko", "en")


def default_language() -> str:
    """``ko`` or ``en``, from the environment's locale; Korean where it says nothing of use."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value not in ("C", "POSIX") and not value.startswith("C."):
            return "ko" if value.startswith("ko") else "en"
    return "ko"


def say(message: Message | str, lang: str | None = None, **values: object) -> str:
    """The sentence for a message or an id, in ``lang`` (default: the environment's language).

    A :class:`Message` among the values, or a function that gives one, is said in the same language. An id the
    catalogue does not know is shown as it is: text of a plug-in of the user's own.
    """
    if isinstance(message, str):
        message = Message(message, values)
    lang = lang if lang in LANGUAGES else default_language()
    area, _, name = message.id.partition(".")
    entry = _area(area).get(name)
    if entry is None:
        return message.id
    inner = {name: _worded(value, lang) for name, value in message.values.items()}
    return agreed(entry[lang], lang, inner)


def _worded(value: object, lang: str) -> object:
    if callable(value):
        value = value()
    return say(value, lang) if isinstance(value, Message) else value


@cache
def _area(name: str) -> Mapping[str, Mapping[str, str]]:
    """One file of the catalogue; empty when there is none."""
    path = Path(__file__).parent / "locale" / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        return {}
    return tomllib.loads(path.read_text("utf-8"))
