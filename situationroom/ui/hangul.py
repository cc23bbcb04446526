"""Keys under a Korean input method: the letter an operator meant when the keyboard was left in Hangul.

The two-set layout (KS X 5002): the jamo printed on each Latin key, and the doubled ones with Shift.
"""

from __future__ import annotations

_KEYS = "qwertyuiopasdfghjklzxcvbnm"
_JAMO = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ"
_SHIFTED = {"Q": "ㅃ", "W": "ㅉ", "E": "ㄸ", "R": "ㄲ", "T": "ㅆ", "O": "ㅒ", "P": "ㅖ"}

JAMO: dict[str, str] = dict(zip(_KEYS, _JAMO, strict=True)) | _SHIFTED
"""Latin key → the jamo the same key gives in Hangul mode."""
