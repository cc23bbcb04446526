"""What an operator meant whose keyboard was in the other language."""

from __future__ import annotations

import pytest

from situationroom.hangul import JAMO, keys_of, stands_in


def test_every_key_is_known_by_the_jamo_it_gives() -> None:
    assert keys_of("".join(JAMO.values())) == "".join(JAMO)


@pytest.mark.parametrize(
    ("typed", "pressed"),
    [
        ("ㅏ먓", "kait"),
        ("ㅔㄱㅇ_ㄷ221", "prd_e221"),
        ("돛", "ehc"),
        ("과", "rhk"),
        ("SGI", "SGI"),
        ("ㅆ", "T"),
    ],
)
def test_syllables_are_taken_apart_into_their_keys(typed: str, pressed: str) -> None:
    assert keys_of(typed) == pressed


@pytest.mark.parametrize("typed", ["ㅑㅜㄴ", "ㅑㅜㄴ_ㅑ", "아이폰", "ㅇㅇㅍ", "ins", "단말 ㅑㅜ"])
def test_a_choice_is_found_by_latin_keys_by_words_and_by_first_consonants(typed: str) -> None:
    assert stands_in(typed, "INS_IPHONE16_JOIN_OPEN 아이폰16 단말보험 가입")


@pytest.mark.parametrize("typed", ["ㅜ", "ㅏ먓", "보험사"])
def test_one_jamo_and_other_words_find_nothing(typed: str) -> None:
    assert not stands_in(typed, "INS_IPHONE16_JOIN_OPEN 아이폰16 단말보험 가입")
