"""Keys under a Korean input method: the letter an operator meant when the keyboard was left in Hangul.

The two-set layout (KS X 5002): the jamo printed on each Latin key, and the doubled ones with Shift.
"""

from __future__ import annotations

import unicodedata

_KEYS = "qwertyuiopasdfghjklzxcvbnm"
_JAMO = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ"
_SHIFTED = {"Q": "ㅃ", "W": "ㅉ", "E": "ㄸ", "R": "ㄲ", "T": "ㅆ", "O": "ㅒ", "P": "ㅖ"}

JAMO: dict[str, str] = dict(zip(_KEYS, _JAMO, strict=True)) | _SHIFTED
"""Latin key → the jamo the same key gives in Hangul mode."""

_FIRST, _LAST, _OF_ONE_INITIAL = 0xAC00, 0xD7A3, 588
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def initials(words: str) -> str:
    """The words with each syllable as its first consonant: ``단말보험`` → ``ㄷㅁㅂㅎ``."""
    return "".join(
        _INITIALS[(ord(char) - _FIRST) // _OF_ONE_INITIAL] if _FIRST <= ord(char) <= _LAST else char
        for char in words
    )


_COMPOUND = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
"""Jamo that two keys make together."""

_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_KEY_OF = {jamo: key for key, jamo in JAMO.items()}


def keys_of(typed: str) -> str:
    """The Latin keys pressed for what came out in Hangul: ``ㅏ먓`` → ``kait``; all else as it is."""
    pressed = ""
    for char in unicodedata.normalize("NFC", typed):
        for jamo in _letters(char):
            pressed += "".join(_KEY_OF.get(part, part) for part in _COMPOUND.get(jamo, jamo))
    return pressed


def _letters(char: str) -> str:
    """A syllable's letters, each as one that stands alone."""
    if not _FIRST <= ord(char) <= _LAST:
        return char
    initial, rest = divmod(ord(char) - _FIRST, _OF_ONE_INITIAL)
    vowel, final = divmod(rest, len(_FINALS))
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]


def same_keys(typed: str, wanted: str) -> bool:
    """Whether a Latin word was typed with the keyboard left in Hangul, where Shift makes no capitals."""
    pressed = keys_of(typed)
    return pressed != typed and keys_of(wanted) == wanted and pressed.casefold() == wanted.casefold()


_FEWEST_KEYS = 2
"""One jamo alone is the beginning of a Korean word."""


def stands_in(typed: str, words: str) -> bool:
    """Whether what was typed stands in words: as it is, case ignored, or by first consonants alone.

    Latin words are found too by what their keys give while the keyboard is in Hangul: ``ㅑㅜㄴ`` for ``ins``.
    """
    wanted, hay = (
        unicodedata.normalize("NFC", typed).casefold(),
        unicodedata.normalize("NFC", words).casefold(),
    )
    return all(part in hay or part in initials(hay) or _by_keys(part, hay) for part in wanted.split())


def _by_keys(part: str, hay: str) -> bool:
    pressed = keys_of(part).casefold()
    return pressed != part and len(pressed) >= _FEWEST_KEYS and pressed in hay
