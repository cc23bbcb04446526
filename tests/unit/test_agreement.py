"""Words that follow the word before them: Korean particles and English plurals."""

from __future__ import annotations

import re

import pytest

from situationroom.agreement import agreed, final_consonant
from situationroom.i18n import LANGUAGES, say
from situationroom.values import Message
from tests.unit.test_sentences import CATALOGUE


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("기관", "기관을 기관이 기관은 기관과 기관으로"),
        ("큐", "큐를 큐가 큐는 큐와 큐로"),
        ("모델", "모델을 모델이 모델은 모델과 모델로"),  # 로 after ㄹ
        ("SGI", "SGI를 SGI가 SGI는 SGI와 SGI로"),
        ("KAIT", "KAIT를 KAIT가 KAIT는 KAIT와 KAIT로"),
        ("SQL", "SQL을 SQL이 SQL은 SQL과 SQL로"),
        ("PIN", "PIN을 PIN이 PIN은 PIN과 PIN으로"),
        ("1,203", "1,203을 1,203이 1,203은 1,203과 1,203으로"),
        ("E47", "E47을 E47이 E47은 E47과 E47로"),
        ("20", "20을 20이 20은 20과 20으로"),
        ("95", "95를 95가 95는 95와 95로"),
        ("room.yaml", "room.yaml을 room.yaml이 room.yaml은 room.yaml과 room.yaml로"),
        ("web", "web을 web이 web은 web과 web으로"),
        ("state", "state를 state가 state는 state와 state로"),
        ("LAYOUT", "LAYOUT을 LAYOUT이 LAYOUT은 LAYOUT과 LAYOUT으로"),
    ],
)
def test_a_korean_particle_is_chosen_by_the_word_before_it(word: str, sentence: str) -> None:
    template = "{w}을(를) {w}이(가) {w}은(는) {w}과(와) {w}(으)로"
    assert agreed(template, "ko", {"w": word}) == sentence


def test_a_decomposed_syllable_is_read_as_a_whole_one() -> None:
    assert final_consonant("\u1112\u1161\u11ab") == final_consonant("한")


@pytest.mark.parametrize("word", ["'KAIT'", '"KAIT"', "KAIT(단말보험)", "「KAIT」", "KAIT "])
def test_quotes_and_an_explanation_behind_a_word_do_not_count(word: str) -> None:
    assert final_consonant(word) == final_consonant("KAIT")
    assert agreed("{w}이(가)", "ko", {"w": word}).endswith("가")


def test_marks_in_text_from_outside_stay_as_they_are() -> None:
    assert agreed("{w}은(는)", "ko", {"w": "을(를) 이(가)"}) == "을(를) 이(가)는"
    assert agreed("{w}: {n} row(s)", "en", {"w": "file(s)", "n": 1}) == "file(s): 1 row"


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "0 rows are left, 0 entries"),
        (1, "1 row is left, 1 entry"),
        (2, "2 rows are left, 2 entries"),
        (11, "11 rows are left, 11 entries"),
        (1001, "1,001 rows are left, 1,001 entries"),
        (1.5, "1.5 rows are left, 1.5 entries"),
    ],
)
def test_an_english_noun_and_verb_follow_their_number(count: float, sentence: str) -> None:
    template = "{n:,} row(s) (is|are) left, {n:,} (entry|entries)"
    assert agreed(template, "en", {"n": count}) == sentence


def test_no_sentence_of_ours_shows_a_bracketed_particle_or_plural() -> None:
    class Any(dict[str, object]):
        def __missing__(self, name: str) -> object:
            return 1

    for identifier, entry in CATALOGUE.items():
        for lang in LANGUAGES:
            plain = re.sub(r"\{(\w+)[^}]*\}", r"{\1}", entry[lang].replace("{{", "").replace("}}", ""))
            said = agreed(plain, lang, Any())
            assert not re.search(r"[을를이가은는과와]\([가-힣]\)|\(으\)|\(s\)|\([a-z]+\|", said), identifier


def test_a_message_inside_a_message_is_what_the_particle_follows() -> None:
    inner = Message("ui.count", {"count": 1})
    assert say("layout.env_unset", "ko", name=inner).startswith("환경 변수 대상 1건이 없음")


_PARTICLE = re.compile(
    r"""\}['"’”]?(?:을|를|이|가|은|는|과|와|으로|로|(?:이?(?:라는|라고|지만|라서|고|며|면)))(?![가-힣(])"""
)
"""A particle, or the copula, that was chosen before anybody knew the word it follows."""

_APART = re.compile(
    r"""[A-Za-z0-9}'")\]] (?:을|를|은|는|가|과|와|으로|로|에|에서|처럼|부터|까지)(?![가-힣])"""
)

_FIGURE = r"\{(\w+)[^}]*\}"


def test_every_particle_behind_a_word_from_outside_is_chosen_by_that_word() -> None:
    bare = {
        identifier: found[0]
        for identifier, entry in CATALOGUE.items()
        if (found := _PARTICLE.search(entry["ko"].replace("{{", "").replace("}}", "")))
    }
    assert bare == {}


def test_no_particle_stands_apart_from_its_word() -> None:
    assert {name: said[0] for name, entry in CATALOGUE.items() if (said := _APART.search(entry["ko"]))} == {}


def test_what_is_counted_in_english_is_one_or_several() -> None:
    """A figure whose noun is marked in one sentence has its noun marked in all."""
    sentences = {identifier: entry["en"] for identifier, entry in CATALOGUE.items()}
    marked = re.compile(_FIGURE + r" (?:more )?(?:[a-z]*\(s\)|\([a-z]+\|)")
    counted = {found[1] for said in sentences.values() for found in marked.finditer(said)}
    assert "count" in counted
    wrong = {
        identifier: found[0]
        for identifier, said in sentences.items()
        for found in re.finditer(_FIGURE + r" (?:more )?[a-z]{2,}s(?![\w(|])", said)
        if found[1] in counted or ":," in found[0]
    }
    assert wrong == {}


def test_units_stand_apart_from_their_figure_in_english() -> None:
    close = re.compile(r"\}(?:ms|s|m|h|min|MB|KiB)\b")
    assert {name: entry["en"] for name, entry in CATALOGUE.items() if close.search(entry["en"])} == {}
