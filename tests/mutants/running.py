"""Make one change in a copy of the tree, run the tests that run its module, and see whether one turns red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.mutants.changes import Change

_COPIED = ("situationroom", "panels", "layouts", "tests", "docs")
_COPIED_FILES = ("pyproject.toml", "README.md", "CHANGELOG.md")
_FILES_AT_ONCE = 6
_TESTS_S = 60.0
_HUNG_S = 300.0
_NO_TESTS_RAN = 5


class Verdict(Enum):
    """What became of a change."""

    KILLED = "killed"
    SURVIVED = "survived"
    HUNG = "hung"  # the tests never ended: noticed too


@dataclass(frozen=True, slots=True)
class Result:
    """A change, what became of it, which tests noticed or let it pass, and how long that took in seconds."""

    change: Change
    verdict: Verdict
    noticed: str
    took_s: float


class Copy:
    """A copy of the tree of one worker; a change is in it only while its tests run."""

    def __init__(self, root: Path, place: Path) -> None:
        self._root, self._place = root, place

    def __enter__(self) -> Self:
        for name in _COPIED:
            shutil.copytree(
                self._root / name, self._place / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in _COPIED_FILES:
            shutil.copy(self._root / name, self._place / name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._place, ignore_errors=True)

    def tried(self, change: Change, tests: Sequence[str]) -> Result:
        """Run the tests with the change made, until one turns red."""
        begun = time.monotonic()
        file = self._place / change.file
        source = file.read_bytes()
        file.write_bytes(change.made(source))
        try:
            verdict, noticed = self._judged(tests)
        finally:
            file.write_bytes(source)
        return Result(change, verdict, noticed, time.monotonic() - begun)

    def _judged(self, tests: Sequence[str]) -> tuple[Verdict, str]:
        for first in range(0, len(tests), _FILES_AT_ONCE):
            some = tests[first : first + _FILES_AT_ONCE]
            done = self._pytest(some)
            if done is None:
                return Verdict.HUNG, " ".join(some)
            if done.returncode not in (0, _NO_TESTS_RAN):
                return Verdict.KILLED, _first_red(done.stdout)
        return Verdict.SURVIVED, " ".join(tests)

    def _pytest(self, files: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
        command = [
            sys.executable, "-B", "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider",
            "--no-header", f"--timeout={_TESTS_S:g}", *files,
        ]  # fmt: skip
        env = {**os.environ, "PYTHONPATH": str(self._place), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            return subprocess.run(
                command, cwd=self._place, env=env, text=True, errors="replace",
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=_HUNG_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None


def _first_red(output: str) -> str:
    red = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return red[0].partition(" ")[2].partition(" - ")[0] if red else output.strip().rpartition("\n")[2]
