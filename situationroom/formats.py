"""Figures and times as Korean operators read them, and text from outside made safe to show.

Widths are terminal cells: a Hangul syllable is two.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard

from rich.cells import cell_len, set_cell_size

from situationroom.values import Duration, Key, Value

LONGEST_TEXT = 2_000
"""Characters of one cell that are ever looked at for showing; a 1 MB cell costs no more than this."""

_UNITS_KO = ((10**12, "조"), (10**8, "억"), (10**4, "만"))
_UNITS_EN = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
_NO_DATA = "–"

_SMALL = 0.01
"""Figures smaller than this are written by their first two digits that are not 0."""

_LEAST_PERCENT = 0.001

_MOST_DIGITS = 300
"""Digits of a whole number that are written out; what is longer is no figure."""

_MINUTE_S = 59.5
_A_SECOND = {"ms": 1_000, "µs": 1_000_000, "us": 1_000_000}
_PARTS_S = ((1e-6, "ns"), (1e-3, "µs"), (1.0, "ms"))
"""Below how many seconds what part of one is counted."""
"""From here on a time in whole seconds is written in minutes."""

_YEAR_S = 31_557_600
"""365.25 days, as PostgreSQL counts the years of an interval: four of them are four years and no day more."""

_DOUBTFUL: dict[int, str] = {
    **dict.fromkeys((*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0)), ""),
    **{0x1F1E6 + letter: chr(ord("A") + letter) for letter in range(26)},
}
"""Characters about whose width terminals disagree: variation selectors and skin tones are left out, a flag
is shown as its two letters."""


_JAMO: dict[int, str] = {
    int(unicodedata.decomposition(chr(letter)).split()[1], 16): chr(letter)
    for letter in range(0x3131, 0x318F)
    if letter != 0x3164
} | {
    0x11A8 + place: letter
    for place, letter in enumerate("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
}
"""Conjoining letters that no syllable took, as letters that stand alone: always two cells wide."""

_UNSEEN = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810)})
"""Fillers and other letters and marks that show nothing, for some terminals in no cell, for others in two."""


def number(value: Value, digits: int | None = None) -> str:
    """``1234567`` → ``1,234,567``; fractions with ``digits`` places (default: as few as tell them apart).

    Whole numbers keep every digit; a fraction that is not nothing is not written as nothing.
    """
    if value is None or isinstance(value, (str, datetime, date)):
        return _NO_DATA if value is None else text(value)
    if isinstance(value, bool):
        return text(value)
    figure = _float(value)
    if not math.isfinite(figure):
        return _NO_DATA
    if digits is None:
        if (whole := whole_of(value)) is not None:
            return f"{whole:,}"
        size = abs(figure)
        if 0 < size < _SMALL:
            return f"{figure:.2g}"
        digits = 0 if size >= 100 else 1 if size >= 10 else 2
    shown = f"{value:,.{digits}f}"
    return shown[1:] if shown.startswith("-") and not shown.strip("-0.,") else shown


def whole_of(value: float | Decimal) -> int | None:
    """The value as a whole number, digit by digit; None where it is none, or is no longer one to be read."""
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.adjusted() < _MOST_DIGITS else None
    return int(value) if value.is_integer() else None


_LARGEST = 1e300
"""Figures from here on are none: a sum of them would be infinite."""


def figure_of(value: Value) -> float | None:
    """A finite figure, or None for anything else a column may hold: nothing, text, NaN, a date."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        figure = float(value)
    except (OverflowError, ValueError):  # an integer beyond floats, a signalling NaN
        return None
    return figure if abs(figure) < _LARGEST else None


def exact_figure(value: Value) -> float | None:
    """As ``figure_of``; a whole number stays an int, for a float would lose its last digits."""
    figure = figure_of(value)
    if figure is None or not isinstance(value, (int, float, Decimal)):
        return None
    exact = whole_of(value)
    return figure if exact is None else exact


def exact(value: Value, lang: str = "ko") -> str:
    """A value with every digit it has, for what somebody may set: ``0.123456``, ``1시간 2분 5.25초``."""
    if isinstance(value, Duration):
        return lasting(value, lang)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return text(value, lang)
    if isinstance(value, Decimal):
        return format(value, ",f") if value.is_finite() else str(value)
    return f"{value:,}" if isinstance(value, int) else repr(value)


def plain(value: Value, lang: str = "ko") -> str:
    """A value as it is, for codes and numbers that are no amounts: ``10023``, not ``10,023``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return text(value, lang)
    if not math.isfinite(_float(value)):
        return _NO_DATA
    whole = whole_of(value)
    return (
        str(whole) if whole is not None else f"{value:f}" if isinstance(value, Decimal) else f"{value:.15g}"
    )


def measured(seconds: float, lang: str = "ko") -> str:
    """A time that was measured, as exact as it says anything: ``850 µs``, ``12.3 ms``, ``4.2초``, ``3분``."""
    size = abs(seconds)
    if lang != "ko" and (size == 0 or 10 <= size < _MINUTE_S):
        return f"{seconds:.0f} s"
    if not math.isfinite(size) or size == 0 or size >= 10:
        return duration(seconds, lang)
    for scale, unit in _PARTS_S:
        if float(f"{size / scale * 1_000:.3g}") < 1_000:
            return f"{seconds / scale * 1_000:.3g} {unit}"
    whole = round(seconds, 1)
    return f"{whole:g}초" if lang == "ko" else f"{whole:g} s"


def lasting(seconds: float, lang: str = "ko") -> str:
    """A duration to its last microsecond: ``1시간 2분 5.25초`` / ``1h 2m 5.25s``, ``12.345 ms``."""
    us = round(abs(seconds) * 1_000_000) if math.isfinite(seconds) else 0
    if us < 10_000_000:
        return _short_lasting(seconds, us, lang) if us else measured(seconds, lang)
    whole, part = divmod(us, 1_000_000)
    *above, (rest, name) = _parts(whole, lang)
    last = f"{rest}.{part:06}".rstrip("0").rstrip(".")
    shown = [f"{amount}{unit}" for amount, unit in above if amount] + ([last + name] if last != "0" else [])
    return ("-" if seconds < 0 else "") + " ".join(shown)


def _short_lasting(seconds: float, us: int, lang: str) -> str:
    sign = "-" if seconds < 0 else ""
    if us < 1_000_000:
        return f"{sign}{us} µs" if us < 1_000 else f"{sign}{us / 1_000:.6g} ms"
    return f"{sign}{us / 1_000_000:.7g}" + ("초" if lang == "ko" else " s")


def data_size(value: float | Decimal) -> str:
    """Bytes in steps of 1,024: ``1536`` → ``1.5 KiB``."""
    size = _float(value)
    if not math.isfinite(size):
        return _NO_DATA
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if abs(size) < 1_024 or unit == "PiB":
            return f"{size:,.1f}".removesuffix(".0") + f" {unit}"
        size /= 1_024
    raise AssertionError("the last unit takes every size")


def per_second(value: float | Decimal, lang: str = "ko") -> str:
    """``12.3/초``, ``12.3/s``."""
    shown = number(value)
    return shown if shown == _NO_DATA else f"{shown}/{'초' if lang == 'ko' else 's'}"


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
    exact = whole_of(value)
    whole = abs(exact) if exact is not None else round(size)
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
    if not math.isfinite(figure):
        return _NO_DATA
    if 0 < abs(figure) < 0.5 * 10**-digits:  # what is not nothing is not written as nothing
        return f"{figure:.2g} %" if abs(figure) >= _LEAST_PERCENT else f"< {_LEAST_PERCENT} %"
    return f"{figure:,.{digits}f} %"


def duration(seconds: float, lang: str = "ko") -> str:
    """The two highest units, in whole seconds: ``3725`` → ``1시간 2분`` / ``1h 2m``, ``2년 34일``."""
    if not math.isfinite(seconds):
        return _NO_DATA
    parts = _parts(round(abs(seconds)), lang)
    shown = [f"{amount}{name}" for amount, name in parts[:2] if amount]
    return ("-" if seconds < 0 else "") + (" ".join(shown) if shown else f"0{'초' if lang == 'ko' else 's'}")


def _parts(whole_s: int, lang: str) -> list[tuple[int, str]]:
    """Years, days, hours, minutes and seconds, from the first there is to the seconds."""
    names = ("년", "일", "시간", "분", "초") if lang == "ko" else ("y", "d", "h", "m", "s")
    parts: list[tuple[int, str]] = []
    for size, name in zip((_YEAR_S, 86_400, 3_600, 60, 1), names, strict=True):
        amount, whole_s = divmod(whole_s, size)
        if amount or parts:
            parts.append((amount, name))
    return parts


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


def text_of(value: Value) -> str:
    """A value as a layout or an input has it: ``true`` for a truth value, else its plain text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python writes; one of its decimals has no such limit
        return str(Decimal(value)) if isinstance(value, int) else repr(value)


def with_unit(shown: str, unit: str, lang: str = "ko") -> str:
    """A figure and its unit: ``1,204건``, ``210ms``; in English ``210 ms``, ``09:00`` with ``:00``."""
    close = not unit[:1].isalpha() if lang != "ko" else not unit.isascii() or len(unit) <= 2
    return f"{shown}{unit}" if close or not unit else f"{shown} {unit}"


def text(value: Value, lang: str = "ko") -> str:
    """Any value as one line of safe text: control characters escaped, very long text cut."""
    if value is None:
        return _NO_DATA
    if isinstance(value, bool):
        return ("예" if value else "아니오") if lang == "ko" else ("yes" if value else "no")
    if isinstance(value, Duration):
        return measured(value, lang)
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    if isinstance(value, datetime):
        return value.strftime("%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return printable(value)


def printable(raw: str, longest: int | None = LONGEST_TEXT) -> str:
    r"""Text from outside as data: composed (NFC), what is not seen or not assigned shown as ``\x1b``.

    What is left has one width on every terminal. More than ``longest`` characters are cut.
    """
    cut = raw if longest is None or len(raw) <= longest else raw[:longest] + "…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(map(_visible, unicodedata.normalize("NFC", cut).translate(_DOUBTFUL).translate(_JAMO)))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    code = ord(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or code in _UNSEEN or _joins(code):
        named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
        if code > 0xFFFF:
            return f"\\U{code:08x}"
        return named or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
    return char


def _joins(code: int) -> bool:
    """Whether it is an old conjoining Jamo, whose width depends on what stands beside it."""
    return 0x1100 <= code < 0x1200 or 0xA960 <= code < 0xA980 or 0xD7B0 <= code < 0xD800


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


def figured(value: Value, figure: str | None = None, unit: str = "", lang: str = "ko") -> str:
    """A value as its column asks, its unit behind it: the one place where figures meet their units.

    A length of time brings its own unit; where figures of ``ms`` are asked for, it is counted in those.
    """
    if isinstance(value, Duration):
        if figure in (None, "big"):
            unit = ""
        elif figure == "number":
            value = value * _A_SECOND.get(unit, 1)
    shown = cell(value, figure, lang)
    if not unit or value is None or shown == _NO_DATA:
        return shown
    return with_unit(shown, unit, lang)


def cell(value: Value, figure: str | None = None, lang: str = "ko") -> str:
    """A value as its column asks; see ``layout.fields.Figure``. By default as its type is written."""
    if value is None:
        return _NO_DATA
    match figure:
        case "big" if not isinstance(value, Duration):
            return big(value, lang)
        case "percent":
            return percent(value)
        case "money":
            return f"{big(value, lang)}원" if lang == "ko" else f"₩{big(value, lang)}"
        case "text":
            return plain(value, lang)
        case "duration" | "ms" | "bytes" | "per_second" if _is_figure(value):
            return _measure(value, figure, lang)
        case "time" if isinstance(value, datetime):
            return clock(value)
        case "number":
            return number(value)
        case _:
            return text(value, lang)


def _is_figure(value: Value) -> TypeGuard[float | Decimal]:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _measure(value: float | Decimal, figure: str, lang: str) -> str:
    match figure:
        case "bytes":
            return data_size(value)
        case "per_second":
            return per_second(value, lang)
        case _:
            return measured(_float(value) / (1_000 if figure == "ms" else 1), lang)
