"""Words that follow the word before them: Korean particles, English plurals.

A template of the catalogue holds a mark where the word cannot be known beforehand::

    ko = "'{name}'을(를) 찾을 수 없음"      SGI를, 큐를, 모델을
    en = "{count} row(s)"                    1 row, 2 rows
    en = "{count} (entry|entries) (is|are) left"

A mark looks only at what stands before it, as filled in so far, and text that was filled in is never
looked at for marks: words from outside stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

_PARTICLES: Mapping[str, tuple[str, str]] = {
    "을(를)": ("을", "를"),
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)": ("이", ""),
}
"""Mark → the particle after a final consonant, and after a vowel."""

_MARKS = {
    "ko": re.compile("|".join(re.escape(mark) for mark in _PARTICLES)),
    "en": re.compile(r"\(s\)|\((?:[a-z]+\|[a-z]*|\|[a-z]+)\)"),
}
_NUMBER = re.compile(r"(\d[\d,.]*)\D*$")
_SKIPPED = re.compile(r"(?:\([^()]*\)|[^\w%])+$")
"""What may stand between a word and its particle: quotes, blanks, an explanation in brackets."""

_NO_FINAL, _RIEUL = 0, 8
_DIGIT_FINALS = {"0": 21, "1": _RIEUL, "3": 16, "6": 1, "7": _RIEUL, "8": _RIEUL}
"""영·십·백·천·만, 일, 삼, 육, 칠, 팔 end in a consonant; 이, 사, 오, 구 in a vowel."""

_LETTER_FINALS = {"l": _RIEUL, "m": 16, "n": 4}
_SPELT_FINALS = {**_LETTER_FINALS, "r": _RIEUL}
"""Of letters said one by one, 엘, 엠, 엔 and 알 end in a consonant."""

_READ_FINALS = re.compile(r"(?:ng|ck|[aeiou]b|[aeo]p|[aeu]t|[aeio]k)$")
"""English words that Korean ends in a consonant besides l, m, n: 롤링, 락, 웹, 스텝, 넷, 인풋, 북."""


def agreed(template: str, lang: str, values: Mapping[str, object]) -> str:
    """A template of the catalogue with its ``{placeholders}`` filled in and its marks decided."""
    said = ""
    for piece, mark in _pieces(template, lang):
        said += piece.format_map(values)
        if mark:
            said += _particle(mark, said) if lang == "ko" else _plural(mark, said)
    return said


@cache
def _pieces(template: str, lang: str) -> tuple[tuple[str, str], ...]:
    """The template cut after each mark: what stands before it, and the mark; "" after the last piece."""
    return tuple(_cut(template, lang))


def _cut(template: str, lang: str) -> Iterator[tuple[str, str]]:
    begin = 0
    for match in _MARKS[lang].finditer(template):
        yield template[begin : match.start()], match[0]
        begin = match.end()
    yield template[begin:], ""


def _particle(mark: str, before: str) -> str:
    final = final_consonant(before)
    closed, open_ = _PARTICLES[mark]
    if mark == "(으)로" and final == _RIEUL:
        return open_
    return open_ if final == _NO_FINAL else closed


def final_consonant(text: str) -> int:
    """Which final consonant (받침) the text's last word is read with, 0 for none (Unicode's T index).

    Quotes and a bracketed explanation behind the word are passed over; digits and Latin letters are taken
    as Koreans read them.
    """
    word = _SKIPPED.sub("", unicodedata.normalize("NFC", text)) or text
    last = word[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28
    if last.isdigit() and last.isascii():
        return _DIGIT_FINALS.get(last, _NO_FINAL)
    letters = re.search(r"[A-Za-z]+$", word)
    return _latin_final(letters[0]) if letters else _NO_FINAL


def _latin_final(letters: str) -> int:
    last = letters[-1].lower()
    if len(letters) == 1 or (letters.isupper() and len(letters) <= 3):
        return _SPELT_FINALS.get(last, _NO_FINAL)
    return _LETTER_FINALS.get(last) or (1 if _READ_FINALS.search(letters.lower()) else _NO_FINAL)


def _plural(mark: str, before: str) -> str:
    number = _NUMBER.search(before)
    one = number is not None and number[1].rstrip(",.") == "1"
    if mark == "(s)":
        return "" if one else "s"
    singular, plural = mark[1:-1].split("|")
    return singular if one else plural
