"""Figures and times as Korean operators read them, and text from outside made safe to show.

Widths are terminal cells: a Hangul syllable is two.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from rich.cells import cell_len, set_cell_size

from situationroom.values import Key, Value

LONGEST_TEXT = 2_000
"""Characters of one cell that are ever looked at for showing; a 1 MB cell costs no more than this."""

_UNITS_KO = ((10**12, "조"), (10**8, "억"), (10**4, "만"))
_UNITS_EN = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
_NO_DATA = "–"

_DOUBTFUL: dict[int, str] = {
    **dict.fromkeys((*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0)), ""),
    **{0x1F1E6 + letter: chr(ord("A") + letter) for letter in range(26)},
}
"""Characters about whose width terminals disagree: variation selectors and skin tones are left out, a flag
is shown as its two letters."""


def number(value: Value, digits: int | None = None) -> str:
    """``1234567`` → ``1,234,567``; fractions with ``digits`` places (default: as few as tell them apart)."""
    if value is None or isinstance(value, (str, datetime, date)):
        return _NO_DATA if value is None else text(value)
    if isinstance(value, bool):
        return text(value)
    figure = _float(value)
    if not math.isfinite(figure):
        return _NO_DATA
    if digits is None:
        digits = 0 if figure == int(figure) or abs(figure) >= 100 else 1 if abs(figure) >= 10 else 2
    shown = f"{figure:,.{digits}f}"
    return shown[1:] if shown.startswith("-") and not shown.strip("-0.,") else shown


def big(value: Value, lang: str = "ko") -> str:
    """A large figure in words of its scale: ``128402`` → ``12만 8,402``, ``3_0000_0000`` → ``3억``.

    Korean keeps at most the two highest groups (``1억 2,345만``); English writes ``128.4K``.
    """
    if value is None or isinstance(value, (str, bool, datetime, date)):
        return number(value)
    figure = _float(value)
    if not math.isfinite(figure):
        return _NO_DATA
    sign, size = ("-" if figure < 0 else ""), abs(figure)
    if lang != "ko":
        for scale, unit in _UNITS_EN:
            if size >= scale * 10 or (scale > 1000 and size >= scale):
                return f"{sign}{size / scale:,.1f}{unit}"
        return number(value)
    whole = round(size)
    for scale, unit in _UNITS_KO:
        if whole >= scale:
            high, rest = divmod(whole, scale)
            low_scale, low_unit = (scale // 10**4, _ko_unit(scale // 10**4))
            low = rest // low_scale
            return f"{sign}{high:,}{unit}" + (f" {low:,}{low_unit}" if low else "")
    return number(value)


def _float(value: float | Decimal) -> float:
    """The value as a float; infinite for an integer beyond floats, NaN for a signalling one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return math.nan


def _ko_unit(scale: int) -> str:
    return next((unit for size, unit in _UNITS_KO if size == scale), "")


def percent(ratio: Value, digits: int = 1) -> str:
    """``0.1124`` → ``11.2 %``."""
    if ratio is None or isinstance(ratio, (str, bool, datetime, date)):
        return _NO_DATA
    figure = _float(ratio) * 100
    return f"{figure:,.{digits}f} %" if math.isfinite(figure) else _NO_DATA


def duration(seconds: float, lang: str = "ko") -> str:
    """The two highest units: ``3725`` → ``1시간 2분`` / ``1h 2m``; below a minute ``42초`` / ``42s``."""
    if not math.isfinite(seconds):
        return _NO_DATA
    sign, left = ("-" if seconds < 0 else ""), round(abs(seconds))
    names = ("일", "시간", "분", "초") if lang == "ko" else ("d", "h", "m", "s")
    parts: list[tuple[int, str]] = []
    for size, name in zip((86_400, 3_600, 60, 1), names, strict=True):
        amount, left = divmod(left, size)
        if amount or parts:
            parts.append((amount, name))
    shown = [f"{amount}{name}" for amount, name in parts[:2] if amount]
    return sign + (" ".join(shown) if shown else f"0{names[-1]}")


def age(seconds: float) -> str:
    """An age for a panel's border: ``2s``, ``38s``, ``4m``, ``2h``, ``3d``; one unit in either language."""
    if not math.isfinite(seconds):
        return _NO_DATA
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def clock(moment: datetime, seconds: bool = True) -> str:
    """``09:41:07``."""
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def text(value: Value, lang: str = "ko") -> str:
    """Any value as one line of safe text: control characters escaped, very long text cut."""
    if value is None:
        return _NO_DATA
    if isinstance(value, bool):
        return ("예" if value else "아니오") if lang == "ko" else ("yes" if value else "no")
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    if isinstance(value, datetime):
        return value.strftime("%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return printable(value)


def printable(raw: str, longest: int | None = LONGEST_TEXT) -> str:
    r"""Text from outside as data: composed (NFC), control and direction characters shown as ``\x1b``.

    What is left has one width on every terminal. More than ``longest`` characters are cut.
    """
    cut = raw if longest is None or len(raw) <= longest else raw[:longest] + "…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(map(_visible, unicodedata.normalize("NFC", cut).translate(_DOUBTFUL)))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        code = ord(char)
        named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
        if code > 0xFFFF:
            return f"\\U{code:08x}"
        return named or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
    return char


def escaped_json(text: str) -> str:
    r"""JSON whose unseen characters (C1, DEL, directions, lone surrogates) are escaped as ``\u202e``.

    So it may be looked at on a terminal. Line ends, which only stand between its pieces, are left.
    """
    return text if text.isprintable() else "".join(map(_json_escape, text))


def _json_escape(char: str) -> str:
    if char.isprintable() or char == "\n":
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def key_text(key: Key) -> str:
    """A row's key in one piece: ``("아이폰16", "신규")`` → ``아이폰16 · 신규``."""
    return " · ".join(printable(part) for part in key)


def width(shown: str) -> int:
    """Cells the text takes on a terminal."""
    return cell_len(shown)


def fit(shown: str, cells: int, align: str = "left") -> str:
    """The text in exactly ``cells`` cells: cut with ``…`` or padded. ``align``: left, right, center."""
    if cells <= 0:
        return ""
    taken = cell_len(shown)
    if taken > cells:
        cut = set_cell_size(shown, cells - 1).rstrip(" ") + "…"
        return cut + " " * (cells - cell_len(cut))
    pad = cells - taken
    if align == "right":
        return " " * pad + shown
    if align == "center":
        return " " * (pad // 2) + shown + " " * (pad - pad // 2)
    return shown + " " * pad


def cell(value: Value, figure: str | None = None, lang: str = "ko") -> str:
    """A value as its column asks: number, big, percent, duration, time, money, text (default: by type)."""
    if value is None:
        return _NO_DATA
    match figure:
        case "big":
            return big(value, lang)
        case "percent":
            return percent(value)
        case "money":
            return f"{big(value, lang)}원" if lang == "ko" else f"₩{big(value, lang)}"
        case "duration" if isinstance(value, (int, float, Decimal)):
            return duration(_float(value), lang)
        case "time" if isinstance(value, datetime):
            return clock(value)
        case "number":
            return number(value)
        case _:
            return text(value, lang)
