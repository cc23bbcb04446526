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


def stands_in(typed: str, words: str) -> bool:
    """Whether what was typed stands in words: as it is, case ignored, or by first consonants alone."""
    wanted, hay = (
        unicodedata.normalize("NFC", typed).casefold(),
        unicodedata.normalize("NFC", words).casefold(),
    )
    return all(part in hay or part in initials(hay) for part in wanted.split())
