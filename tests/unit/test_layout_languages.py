"""One layout in two languages: words for people may be given once a language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from situationroom.catalog import catalog
from situationroom.i18n import say
from situationroom.layout.load import load
from situationroom.layout.models import (
    ActionSpec,
    ChannelSpec,
    FeedSpec,
    Layout,
    PageSpec,
    PanelSpec,
    PersonSpec,
    RuleSpec,
    SourceSpec,
    UndoStepSpec,
)
from situationroom.layout.options import options_of
from situationroom.layout.references import references
from situationroom.paths import bundled
from tests.unit.layout_types import problems

BOTH = """\
room: {ko: 개통 상황실, en: Activation room}
sources: {s: {type: http, url: "http://127.0.0.1:9"}}
feeds: {a: {source: s}}
panels:
  memo: {type: note, title: {ko: 당번, en: On duty}, text: {ko: 김운영, en: "Kim (02)"}}
  total: {type: figures, feed: a, label: {ko: 개통}, value: n, unit: {ko: 건, en: joins}}
pages:
  상황: {grid: memo total, title: {ko: 상황, en: Situation}}
  메모: memo
people:
  kim: {name: {ko: 김운영, en: Kim Unyeong}}
"""


def _loaded(tmp_path: Path, lang: str | None, text: str = BOTH) -> Layout:
    file = tmp_path / "room.yaml"
    file.write_text(text)
    return load(file, catalog(bundled("layouts")), {}, lang=lang)


def test_words_are_those_of_the_language_asked_for(tmp_path: Path) -> None:
    english = _loaded(tmp_path, "en")
    memo, total = (english.panels[name].options.model_dump() for name in ("memo", "total"))
    assert (english.lang, english.room) == ("en", "Activation room")
    assert (english.panels["memo"].title, memo["text"]) == ("On duty", "Kim (02)")
    assert (total["label"], total["unit"]) == ("개통", "joins")  # a label that is in Korean alone
    assert [english.page_title(name) for name in english.pages] == ["Situation", "메모"]
    assert english.people["kim"].name == "Kim Unyeong"


@pytest.mark.parametrize(("own", "lang"), [("", "ko"), ("lang: ko\n", "ko"), ("lang: en\n", "en")])
def test_words_are_those_of_the_layouts_own_language(tmp_path: Path, own: str, lang: str) -> None:
    layout = _loaded(tmp_path, None, own + BOTH)
    assert (layout.lang, layout.page_title("상황")) == (lang, {"ko": "상황", "en": "Situation"}[lang])


def test_a_page_is_found_by_its_name_and_by_its_title(tmp_path: Path) -> None:
    english = _loaded(tmp_path, "en")
    assert english.page_called("상황") == english.page_called("Situation") == "상황"
    assert english.page_called("Situatio") is None


@pytest.mark.parametrize("words", ["{ko: 상황, fr: Salle}", "{}", "{ko: [a]}", "[상황]"])
def test_words_in_no_language_of_ours_are_refused_with_their_place(tmp_path: Path, words: str) -> None:
    found = problems(tmp_path, f"room: 방\npanels:\n  memo: {{type: note, text: a, title: {words}}}\n")
    assert len(found) == 1
    assert found[0].startswith("3:")
    assert "panels.memo.title" in found[0]


SHIPPED = (*sorted(bundled("layouts").glob("*.yaml")), bundled("scaffold") / "room.yaml")

ENV = {"KOS_DSN": "postgresql://127.0.0.1/kos", "OTA_URL": "ws://127.0.0.1:9", "OPENS": "2024-09-20 09:00"}

HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")

NO_WORDS = frozenset(
    {
        # names: of a type, a panel, a role, a key, the object of runs that exclude each other
        "type", "kind", "grid", "phone", "roles", "approvers", "hold", "key", "keys", "target", "only",
        "login",
        # values as data has them; what people call them is said beside them
        "expect", "where", "groups", "levels", "default", "values", "goal", "value", "on_value", "off_value",
        "traffic", "sort", "facts", "count", "column", "numbers", "delimiter",
        # what a machine reads
        "sql", "url", "path", "headers", "params", "user", "password", "proxy", "encoding", "rows", "text",
        "dsn", "application_name", "listen", "argv", "env", "check", "no_effect", "timezone",
    }
)  # fmt: skip
"""Texts of a layout that are no words for people, by the last part of their option's name."""


def _models() -> Iterator[type[BaseModel]]:
    types = catalog(bundled("layouts"))
    yield from (Layout, SourceSpec, FeedSpec, PanelSpec, PageSpec, RuleSpec, ActionSpec, UndoStepSpec)
    yield from (ChannelSpec, PersonSpec)
    for source in types.sources.values():
        yield from (source.Options, source.Question)
    yield from (panel.Options for panel in types.panels.values())
    yield from (action.Options for action in types.actions.values())


def test_every_text_of_a_layout_is_words_in_two_languages_or_is_known_to_be_no_words() -> None:
    found: dict[str, str] = {}
    for model in _models():
        for option in options_of(model):
            told = say(option.type, "en").removeprefix("text: ")  # keys are names
            if "text" in told.replace(",", " ").split() and " | " not in told.replace("true | false", ""):
                found[option.name.split(".")[-1]] = f"{model.__name__}.{option.name}"
    assert {place for name, place in found.items() if name not in NO_WORDS} == set()
    assert found.keys() >= NO_WORDS


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_layout_of_ours_has_no_word_without_its_english(file: Path) -> None:
    text = file.read_text("utf-8")
    env = {**dict.fromkeys(re.findall(r"[A-Z_]+_URL", text), "http://127.0.0.1:9"), **ENV}
    english = load(file, catalog(file.parent), env, lang="en")
    names = {one.name for one in references(english, None)}
    found = {(path, words) for path, words in _words(english, "") if HANGUL.search(words)}
    assert {(path, words) for path, words in found if words not in names} == set()


def _words(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every word for people in a loaded layout, and where it stands."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name == "values" or name not in NO_WORDS:
                yield from _words(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _words(below, f"{path}.{key}")
    elif isinstance(value, tuple):
        for below in value:
            yield from _words(below, path)
    elif isinstance(value, str):
        yield path, value


def test_what_people_call_a_value_is_said_in_the_language_asked_for(tmp_path: Path) -> None:
    text = BOTH.replace(
        "pages:",
        "  skip: {type: table, feed: a, columns: [{column: on, values: {true: {ko: 켜짐, en: On}}}]}\npages:",
    )
    text += "actions:\n  x:\n    kind: http\n    source: s\n    path: /x\n    inputs:\n"
    text += "      to: {choices: [1, {value: b, title: {ko: 나, en: Bee}}]}\n"
    english = _loaded(tmp_path, "en", text)
    assert english.panels["skip"].options.model_dump()["columns"][0]["values"] == {"true": "On"}
    assert [(each.value, each.title) for each in english.actions["x"].inputs["to"].choices] == [
        (1, ""),
        ("b", "Bee"),
    ]
