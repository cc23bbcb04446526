"""A wrong command line and an output that takes nothing, as a shell sees them: one line and an exit code."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.live.program import SITUATIONROOM, room

KOREAN = {"LC_ALL": "ko_KR.UTF-8", "PYTHONUTF8": "1"}
ENGLISH = {"LC_ALL": "en_US.UTF-8", "PYTHONUTF8": "1"}

PICTURE = """
room: 그림
panels:
  note: {type: note, title: 메모, text: 여기 있다}
pages:
  상황: note
"""


def called(
    *words: str, env: Mapping[str, str] = KOREAN, out: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*SITUATIONROOM, *words],
        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=40, check=False,
        env={**os.environ, **env},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "korean", "english"),
    [
        (["jurnal"], "'journal'을 뜻하셨나요", "did you mean 'journal'"),
        (["moon"], "있는 것: approve, check", "there are: approve, check"),
        (["user", "launch-day", "lst"], "'list'를 뜻하셨나요", "did you mean 'list'"),
        (["user", "launch-day"], "COMMAND를 지정하지 않음", "COMMAND is missing"),
        (["run"], "LAYOUT을 지정하지 않음", "LAYOUT is missing"),
        (["run", "a", "b"], "남는 말이 있음: b", "too many words: b"),
        (["run", "a", "--thme", "x"], "'--theme'를 뜻하셨나요", "did you mean '--theme'"),
        (["run", "a", "--theme"], "값을 함께 쓰거나", "its value is missing"),
        (["run", "a", "--theme", "blue"], "다음 중 하나: dark", "give one of dark"),
        (["world", "--speed", "900"], "0.1부터 120까지", "from 0.1 to 120"),
        (["world", "--seed", "x"], "'x'는 정수가 아님", "'x' is no whole number"),
        (["panels", "--beside", "/nowhere"], "'/nowhere' 폴더가 없음", "no folder '/nowhere'"),
        (["demo", "moon"], "있는 것: launch-day", "known: launch-day"),
        (["world", "moon"], "있는 것: launch-day", "known: launch-day"),
        (["demo", "--scenario", "flood"], "kait-lag, calm", "known: kait-lag, calm"),
        (["world", "--scenario", "flood"], "kait-lag, calm", "known: kait-lag, calm"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_said_in_the_readers_language(words: list[str], korean: str, english: str) -> None:
    for env, said in ((KOREAN, korean), (ENGLISH, english)):
        done = called(*words, env=env)
        lines = done.stderr.decode().splitlines()
        assert (done.returncode, len(lines), done.stdout) == (2, 1, b""), lines
        assert said in lines[0]


@pytest.mark.parametrize(
    "words", [["panels"], ["schema"], ["--help"], ["snapshot", "-o", "-"], ["journal", "--format", "csv"]]
)
def test_an_output_that_takes_nothing_is_one_line_and_exit_code_1(words: list[str], tmp_path: Path) -> None:
    layout = [str(room(tmp_path, PICTURE))] if words[0] in ("snapshot", "journal") else []
    with Path("/dev/full").open("wb") as full:
        done = called(words[0], *layout, *words[1:], out=full.fileno())
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines)) == (1, 1), lines
    assert "출력을 쓸 수 없음" in lines[0]


@pytest.mark.parametrize("words", [["panels"], ["schema"], ["--help"]])
def test_a_reader_that_went_away_is_no_error(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = called(*words, out=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("env", "encoding"),
    [
        ({"PYTHONIOENCODING": "cp949"}, "cp949"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "ascii"),
    ],
)
def test_an_encoding_that_lacks_letters_breaks_nothing(env: Mapping[str, str], encoding: str) -> None:
    done = called("panels", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "figures" in done.stdout.decode(encoding)


def test_an_error_in_an_old_encoding_shows_no_escape_codes() -> None:
    done = called("check", "nowhere-at-all", env={**KOREAN, "PYTHONIOENCODING": "euc-kr"})
    assert done.returncode == 2
    assert "레이아웃" in done.stderr.decode("euc-kr")
    assert b"\\u" not in done.stderr
