"""What is said of a layout's name that is no layout's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from situationroom.commands._open import find_layout
from situationroom.errors import UsageError
from situationroom.i18n import say


def why(name: str) -> str:
    with pytest.raises(UsageError) as caught:
        find_layout(name)
    return say(caught.value.message, "en")


def test_a_folder_is_called_a_folder_and_its_layouts_are_named(tmp_path: Path) -> None:
    assert why(str(tmp_path)) == f"'{tmp_path}' is a folder — give the path of a layout file"
    for name in ("b.yaml", "a.yaml", "c.txt"):
        (tmp_path / name).touch()
    assert why(str(tmp_path)).endswith(f" (in it: {tmp_path}/a.yaml, {tmp_path}/b.yaml)")


def test_a_pipe_or_a_device_is_no_regular_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for name in (str(pipe), "/dev/null"):
        assert why(name) == f"'{name}' is no regular file — give the path of a layout file"


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    assert why(str(tmp_path / "x.yaml")).startswith("no layout ")


def test_a_folder_does_not_hide_the_shipped_layout_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "launch-day").mkdir()
    assert find_layout("launch-day").is_file()
