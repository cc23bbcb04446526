"""What a charset's name means: the labels of the WHATWG Encoding Standard, as every browser reads them.

Python's own names mean something else (its ``euc_kr`` lacks most of what Korean servers call so) or are no
charsets at all (``idna``, ``hex``, ``undefined``), so a name from outside is never handed to :mod:`codecs`.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from situationroom.formats import printable
from situationroom.layout.report import nearest
from situationroom.sources.parse.charset_labels import FURTHER, LABELS
from situationroom.values import Message

UTF_8 = "utf-8"

_SHOWN = 40  # characters of a name nobody knows

_CODECS = {
    "IBM866": "cp866",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "ISO-8859-8-I": "iso8859_8",
    "GBK": "gb18030",
    "Big5": "big5hkscs",
    "EUC-KR": "cp949",
    "Shift_JIS": "cp932",
    "ISO-2022-JP": "iso2022_jp_ext",
    "windows-874": "cp874",
    "x-user-defined": "latin-1",  # and then _PRIVATE
}
"""Where Python knows an encoding of the standard by another name, or a larger one that holds it."""

_NO_TEXT = frozenset({"replacement"})  # the standard reads these as one U+FFFD, whatever they hold

_USER_DEFINED = "x-user-defined"
_PRIVATE = {byte: 0xF700 + byte for byte in range(0x80, 0x100)}

_BOMS = ((codecs.BOM_UTF8, "UTF-8"), (codecs.BOM_UTF16_BE, "UTF-16BE"), (codecs.BOM_UTF16_LE, "UTF-16LE"))


def _by_label() -> Mapping[str, str]:
    labels = {label: name for name, written in LABELS.items() for label in written.split()}
    labels |= {label: name for name, written in FURTHER.items() for label in written.split()}
    return {label: name for label, name in labels.items() if name not in _NO_TEXT}


_NAMES = _by_label()


def _known(label: str) -> str:
    if _name(label) is None:
        hint = nearest(label.strip().lower(), _NAMES)()
        if hint.id != "layout.nearest":
            hint = nearest(label, LABELS)()
        raise PydanticCustomError(
            "sources.bad_encoding", "unknown encoding", {"name": printable(label, _SHOWN), "hint": hint}
        )
    return label


Encoding = Annotated[str, AfterValidator(_known)]
"""A charset in a layout, by a label of the WHATWG Encoding Standard; checked when the layout is read."""


def decoded(body: bytes, label: str | None) -> tuple[str, tuple[Message, ...]]:
    """A body's text, without its byte order mark, and what a person must know of how it was read.

    A byte order mark is believed before the label, no label means UTF-8, and so does one nobody knows.
    Bytes that do not fit become U+FFFD.
    """
    notes: list[Message] = []
    name = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    if name is None and (name := _name(label or UTF_8)) is None:
        notes.append(Message("sources.charset_unknown", {"charset": printable(label or "", _SHOWN)}))
        name = "UTF-8"
    try:
        text = body.decode(_codec(name))
    except UnicodeDecodeError:
        text = body.decode(_codec(name), "replace")
        notes.append(Message("sources.charset_misfit", {"count": text.count("\ufffd"), "charset": name}))
    if name == _USER_DEFINED:
        text = text.translate(_PRIVATE)
    return text.removeprefix("\ufeff"), tuple(notes)


class Decoder:
    """Bytes into text piece by piece, by an encoding's label; what does not fit becomes U+FFFD."""

    def __init__(self, label: str = UTF_8) -> None:
        self._name = _name(label) or "UTF-8"
        self._decoder = codecs.getincrementaldecoder(_codec(self._name))(errors="replace")

    def read(self, part: bytes, *, final: bool = False) -> str:
        """The text of the next bytes; half a character waits for the rest."""
        text = self._decoder.decode(part, final)
        return text.translate(_PRIVATE) if self._name == _USER_DEFINED else text


def _codec(name: str) -> str:
    return _CODECS.get(name, name)


def _name(label: str) -> str | None:
    """The encoding of the standard that a label names."""
    return _NAMES.get(label.strip("\t\n\f\r \"'").lower())
