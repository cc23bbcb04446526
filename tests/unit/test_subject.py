"""What an action is about: how it is called, and what is typed to confirm it."""

from __future__ import annotations

import unicodedata

import pytest

from situationroom.actions.choices import Choice
from situationroom.actions.subject import Subject, called, same_word, subject_of, typed_word
from situationroom.layout.models import ActionSpec
from situationroom.values import Value

OFFERED = {"code": (Choice("INS_JOIN", "단말보험 가입"), Choice("SPONSOR"), Choice("7", "7"))}


def spec(**more: object) -> ActionSpec:
    inputs = {
        "reason": {"type": "reason"},
        "code": {"from": {"feed": "references", "column": "code", "label": "name"}, "optional": True},
    }
    return ActionSpec.model_validate({"kind": "sql", "inputs": inputs, **more})


@pytest.mark.parametrize(
    ("more", "values", "shown"),
    [
        ({}, {"reason": "요청", "code": "INS_JOIN"}, "INS_JOIN (단말보험 가입)"),
        ({}, {"reason": "요청", "code": "SPONSOR"}, "SPONSOR"),
        ({}, {"reason": "요청", "code": "7"}, "7"),
        ({}, {"reason": "요청", "code": "GONE"}, "GONE"),
        ({}, {"reason": "요청", "code": None}, ""),
        ({"target": "KAIT"}, {"code": "SPONSOR"}, "KAIT"),
        ({"target": "reason"}, {"reason": "카드 1팀", "code": "SPONSOR"}, "카드 1팀"),
    ],
)
def test_the_object_is_the_target_or_what_was_chosen_with_its_label(
    more: dict[str, object], values: dict[str, Value], shown: str
) -> None:
    assert str(subject_of(spec(**more), values, OFFERED)) == shown


def test_a_secret_value_is_never_the_object() -> None:
    secret = ActionSpec.model_validate(
        {"kind": "sql", "target": "pin", "inputs": {"pin": {"secret": True, "choices": ["a", "b"]}}}
    )
    assert subject_of(secret, {"pin": "a"}, {}) == Subject()


def test_an_action_without_an_object_is_called_and_confirmed_by_its_title() -> None:
    assert called("사전체크 SKIP", Subject()) == "사전체크 SKIP"
    assert typed_word("사전체크  SKIP", Subject()) == "사전체크 SKIP"
    assert called("레퍼런스", Subject("SPONSOR", "스폰서")) == "레퍼런스 SPONSOR (스폰서)"
    assert typed_word("레퍼런스", Subject("SPONSOR", "스폰서")) == "SPONSOR"


@pytest.mark.parametrize("word", ["우리은행", "KAIT 보험 사전체크", "개통 7건", "SPONSOR"])
def test_the_word_is_right_in_every_form_of_korean_and_nothing_else_is(word: str) -> None:
    assert same_word(unicodedata.normalize("NFD", word), word)
    assert same_word(f"  {word} ", unicodedata.normalize("NFD", word))
    assert not same_word(word[:-1], word)
    assert not same_word("", word)
    assert not same_word(word.swapcase() + "x", word)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("ㅑㅜㄴ", "ins"),
        ("ㅏ먓", "KAIT"),
        ("ㅏㅁㅑㅅ", "KAIT"),
        ("ㄴ햐", "SGI"),
        ("ㅕㅔ_돛애_ㄴㅏㅑㅔ", "UP_EHCDO_SKIP"),
        ("ㅃㅉㄲ", "QWR"),
        ("ㅗㅏ 과", "hk rhk"),
    ],
)
def test_a_latin_word_typed_with_the_keyboard_in_hangul_is_the_right_word(typed: str, wanted: str) -> None:
    assert same_word(typed, wanted)
    assert same_word(unicodedata.normalize("NFD", typed), wanted)
    assert not same_word(typed, wanted + "X")


def test_the_keys_of_a_korean_word_are_not_the_word() -> None:
    assert not same_word("dnflsgod", "우리은행")
    assert not same_word("kait", "KAIT")
    assert not same_word("우리은행", "우리은핸")
