"""Compressed bodies: read whole in every form, or refused; never a part of one."""

from __future__ import annotations

import gzip
import importlib
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from situationroom.errors import SourceError
from situationroom.sources.net.unpacking import Unpacking

BODY = ("agency,errors\n" + "".join(f"A{n},{n * 7919 % 1000}\n" for n in range(20_000))).encode()
MAX_BYTES = 5_000_000


def raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def from_package(name: str) -> Callable[[bytes], bytes]:
    def pack(body: bytes) -> bytes:
        package: Any = pytest.importorskip("brotli" if name == "br" else "zstandard")
        return bytes(package.compress(body))

    return pack


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw": raw,
    "br": from_package("br"),
    "zstd": from_package("zstd"),
}


def header(name: str) -> str:
    return "deflate" if name == "raw" else name


def unpacked(packed: bytes, encodings: str, piece: int = 65_536, max_bytes: int = MAX_BYTES) -> bytes:
    unpacking = Unpacking(encodings, max_bytes)
    parts = [part for at in range(0, len(packed), piece) for part in unpacking.read(packed[at : at + piece])]
    unpacking.end()
    return b"".join(parts)


def refusal(packed: bytes, encodings: str, piece: int = 65_536, max_bytes: int = MAX_BYTES) -> str:
    with pytest.raises(SourceError) as caught:
        unpacked(packed, encodings, piece, max_bytes)
    assert str(caught.value).isprintable()
    return caught.value.message.id.removeprefix("sources.")


@pytest.mark.parametrize("piece", [1, 100, 65_536, 10_000_000])
@pytest.mark.parametrize("name", PACKERS)
def test_a_body_is_read_whole_however_it_comes_in_pieces(name: str, piece: int) -> None:
    assert unpacked(PACKERS[name](BODY), header(name), piece) == BODY


@pytest.mark.parametrize("piece", [1, 7, 65_536])
@pytest.mark.parametrize(
    ("parts", "tail"),
    [
        ([b"agency,errors\nSGI,1\n", b"KAIT,999\n"], b""),
        ([b"a", b"", b"b"] * 20, b""),
        ([b"", b"all of it in the second"], b""),
        ([BODY, BODY], b"\0" * 512),
        ([b"x"], b"\0"),
    ],
)
def test_every_member_of_a_gzip_is_read(parts: list[bytes], tail: bytes, piece: int) -> None:
    packed = b"".join(map(gzip.compress, parts)) + tail
    assert unpacked(packed, "gzip", piece) == b"".join(parts)


def test_every_frame_of_zstandard_is_read() -> None:
    pack = PACKERS["zstd"]
    assert unpacked(pack(b"SGI,1\n") + pack(b"KAIT,999\n"), "zstd", 5) == b"SGI,1\nKAIT,999\n"


@pytest.mark.parametrize(
    ("encodings", "packers"),
    [
        ("gzip, gzip", ["gzip", "gzip"]),
        ("deflate,gzip", ["raw", "gzip"]),
        ("identity, GZIP , deflate", ["gzip", "deflate"]),
        ("br, gzip", ["br", "gzip"]),
        ("gzip, zstd", ["gzip", "zstd"]),
    ],
)
def test_an_encoding_around_another_is_taken_off_from_outside(encodings: str, packers: list[str]) -> None:
    packed = BODY
    for name in packers:
        packed = PACKERS[name](packed)
    assert unpacked(packed, encodings) == BODY


@pytest.mark.parametrize("encodings", ["", "identity", " Identity ", "none"])
def test_what_is_not_compressed_comes_as_it_is(encodings: str) -> None:
    assert unpacked(BODY, encodings) == BODY


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("lost", [1, 4, 9, 0.5])
def test_a_body_cut_short_anywhere_fails(name: str, lost: float) -> None:
    packed = PACKERS[name](BODY)
    cut = packed[:-lost] if isinstance(lost, int) else packed[: len(packed) // 2]
    assert refusal(cut, header(name)) in ("http_packing_cut", "http_broken_packing")
    assert refusal(PACKERS[name](BODY)[:1], header(name)) in ("http_packing_cut", "http_broken_packing")


@pytest.mark.parametrize("lost", [1, 8, 15, 20])
def test_a_second_member_cut_short_fails_although_the_first_is_whole(lost: int) -> None:
    packed = gzip.compress(b"SGI,1\n") + gzip.compress(b"KAIT,999\n")[:-lost]
    assert refusal(packed, "gzip") == "http_packing_cut"


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("junk", [b"junk", b"x", b"<html>" * 30, b"\0\0junk"])
def test_what_stands_behind_the_end_fails(name: str, junk: bytes) -> None:
    for piece in (3, 65_536):
        assert refusal(PACKERS[name](b"SGI,1\n") + junk, header(name), piece).startswith("http_")


@pytest.mark.parametrize("name", ["gzip", "raw", "deflate", "br", "zstd"])
@pytest.mark.parametrize("body", [b'{"a": 1}', b"\xff\xff\xff\xff", b"<html>"])
def test_what_is_not_compressed_but_is_said_to_be_fails(name: str, body: bytes) -> None:
    PACKERS[name](b"")
    assert refusal(body, header(name)) in ("http_broken_packing", "http_packing_cut")


def test_a_body_whose_sum_is_wrong_fails() -> None:
    packed = bytearray(gzip.compress(b"SGI,1\n"))
    packed[-6] ^= 1
    assert refusal(bytes(packed), "gzip") == "http_broken_packing"


@pytest.mark.parametrize("name", PACKERS)
def test_nothing_at_all_is_an_empty_body(name: str) -> None:
    PACKERS[name](b"")  # skips where the package is missing
    assert unpacked(b"", header(name)) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "raw", "br", "zstd"])
def test_a_bomb_is_refused_after_a_small_part_of_it(name: str) -> None:
    packed = PACKERS[name](b" " * 60_000_000)
    tracemalloc.start()
    try:
        assert refusal(packed, header(name)) == "http_too_long"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2 * MAX_BYTES


def test_a_bomb_in_a_bomb_is_counted_in_every_layer() -> None:
    inner = gzip.compress(b"ok") + b"\0" * 100_000_000  # padding that comes to nothing
    assert refusal(gzip.compress(inner), "gzip, gzip") == "http_too_long"


@pytest.mark.parametrize("encodings", ["compress", "utf-8", "aes128gcm", "gzip;q=1", "\x1b[31m", "gzip," * 5])
def test_an_encoding_nobody_knows_is_refused_by_name(encodings: str) -> None:
    assert refusal(b"x", encodings) == "http_encoding"


@pytest.mark.parametrize(("name", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_a_package_that_is_missing_is_named(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(wanted: str) -> object:
        raise ImportError(wanted)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(SourceError) as caught:
        Unpacking(name, MAX_BYTES)
    assert package in str(caught.value)
