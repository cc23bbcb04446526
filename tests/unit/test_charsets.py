"""What names of charsets mean, wherever they come from."""

from __future__ import annotations

import codecs

import pytest
from pydantic import TypeAdapter, ValidationError

from situationroom.i18n import say
from situationroom.sources.parse.charset_labels import LABELS
from situationroom.sources.parse.charsets import Decoder, Encoding, decoded
from situationroom.values import Message

UHC = "똠방 쀍뷁 펲시 숖"
"""Syllables that Windows' Korean has and KS X 1001, Python's euc_kr, has not."""

ENCODING: TypeAdapter[str] = TypeAdapter(Encoding)


def text_of(body: bytes, label: str | None) -> str:
    text, notes = decoded(body, label)
    assert notes == ()
    return text


@pytest.mark.parametrize(
    "label",
    ["euc-kr", "EUC-KR", " ks_c_5601-1987\t", "ksc5601", "korean", "iso-ir-149", "windows-949", "cseuckr",
     "cp949", "MS949", "uhc", '"euc-kr"', "'euc-kr'"],
)  # fmt: skip
def test_every_name_of_korean_means_the_korean_of_windows(label: str) -> None:
    assert text_of(UHC.encode("cp949"), label) == UHC


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("iso-8859-1", b"\x80 \x93caf\xe9\x94", "€ “café”"),
        ("us-ascii", b"caf\xe9", "café"),
        ("shift_jis", b"\x87\x40\xfb\xfc", "①髙"),
        ("gb2312", "朱镕基".encode("gbk"), "朱镕基"),
        ("big5", b"\x87\x40", "䏰"),
        ("tis-620", b"\x80\xa1", "€ก"),
        ("utf-16", "가".encode("utf-16-le"), "가"),
        ("unicodefffe", "가".encode("utf-16-be"), "가"),
        ("iso-8859-8-i", b"\xe0", "א"),
        ("koi8-ru", "привет".encode("koi8-u"), "привет"),
        ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"),
        (None, "가".encode(), "가"),
    ],
)
def test_a_name_means_what_browsers_take_it_for(label: str | None, body: bytes, text: str) -> None:
    assert text_of(body, label) == text


def test_every_label_of_the_standard_reads_plain_letters_but_those_it_reads_nothing_by() -> None:
    for name, labels in LABELS.items():
        for label in labels.split():
            if name == "replacement":
                assert decoded(b"ok", label)[1]
            else:
                wide = {"UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be"}.get(name, "ascii")
                assert text_of("ok 1".encode(wide), label) == "ok 1"


@pytest.mark.parametrize(
    "junk",
    ["undefined", "idna", "rot13", "hex", "base64", "zlib", "punycode", "unicode_escape",
     "utf-7", "mbcs", "utf8mb4", "null", "${charset}", "x" * 5_000, "\x1b[31m", "iso-2022-kr"],
)  # fmt: skip
def test_what_is_no_charset_is_read_as_utf_8_with_a_note(junk: str) -> None:
    text, notes = decoded('{"a": "한"}'.encode(), junk)
    assert text == '{"a": "한"}'
    assert [note.id for note in notes] == ["sources.charset_unknown"]
    assert say(notes[0], "ko").isprintable()
    assert len(say(notes[0], "en")) < 200


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("label", ["euc-kr", "undefined", None, "iso-8859-1"])
def test_a_byte_order_mark_is_believed_before_any_name_and_is_no_letter(
    mark: bytes, codec: str, label: str | None
) -> None:
    assert text_of(mark + "기관".encode(codec), label) == "기관"


@pytest.mark.parametrize(
    ("body", "label", "count"),
    [("기관".encode("cp949"), None, 3), (b"ok \xff\xfe", "utf-8", 2), ("기관".encode()[:5], "utf-8", 1)],
)
def test_bytes_that_do_not_fit_are_shown_as_such_and_counted(
    body: bytes, label: str | None, count: int
) -> None:
    text, notes = decoded(body, label)
    assert text.count("\ufffd") == count
    assert notes == (Message("sources.charset_misfit", {"count": count, "charset": "UTF-8"}),)


def test_a_replacement_character_that_was_sent_is_no_misfit() -> None:
    assert text_of("\ufffd".encode(), "utf-8") == "\ufffd"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("label", ["euc-kr", "utf-8", "shift_jis", "utf-16le", "iso-2022-jp"])
def test_text_that_comes_in_pieces_is_read_as_one(label: str, size: int) -> None:
    words = "기동 完了" if label in ("utf-8", "utf-16le") else "완료" if label == "euc-kr" else "完了"
    body = words.encode({"euc-kr": "cp949", "shift_jis": "cp932"}.get(label, label))
    decoder = Decoder(label)
    parts = [decoder.read(body[at : at + size]) for at in range(0, len(body), size)]
    assert "".join(parts) + decoder.read(b"", final=True) == words


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("euc-krr", "euc-kr"), ("utf-9", "utf-8"), ("cp994", "cp949"), ("latin-1", "latin1"), ("idna", "")],
)
def test_an_encoding_that_is_none_is_refused_in_a_layout_with_the_nearest_name(wrong: str, near: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ENCODING.validate_python(wrong)
    detail = caught.value.errors()[0]
    for lang in ("ko", "en"):
        said = say(Message(detail["type"], detail["ctx"]), lang)
        assert wrong in said
        assert near in said
        assert len(said) < 600


@pytest.mark.parametrize("label", ["cp949", "euc-kr", "KS_C_5601-1987", "utf-8", "windows-1252", "UTF-16LE"])
def test_an_encoding_of_the_standard_is_taken_in_a_layout(label: str) -> None:
    assert ENCODING.validate_python(label) == label
