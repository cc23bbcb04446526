"""Which test files run which module: learned from one measured run of the tests, kept in the tree."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from coverage import CoverageData

KEPT = Path(__file__).with_name("covering.json")

_LEFT_OUT = ("tests/live/test_crash.py",)  # kills programs by the hundred
_UNMEASURED = {"situationroom/actions/guardian.py": ("tests/live/test_kind_command.py",)}
"""What runs in a process of its own, and which tests start it."""

_SETTINGS = "[run]\nsource = {source}\nconcurrency = thread\n"


def covering() -> Mapping[str, tuple[str, ...]]:
    """The test files by module, the likeliest to notice a change first."""
    kept = {module: tuple(files) for module, files in json.loads(KEPT.read_text("utf-8")).items()}
    return kept | _UNMEASURED


def measure(root: Path, folders: tuple[str, ...], scratch: Path) -> dict[str, list[str]]:
    """Run all tests once and learn which files of tests run which module. Takes twice the tests' time."""
    settings = scratch / "coveragerc"
    settings.write_text(_SETTINGS.format(source=",".join(folders).replace("/", ".")), "utf-8")
    report = scratch / "junit.xml"
    subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", *(f"--ignore={file}" for file in _LEFT_OUT),
            "--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report=",
            f"--junit-xml={report}", "--timeout=180",
        ],
        cwd=root, check=True, timeout=3_600,
    )  # fmt: skip
    return learned(root, root / ".coverage", report)


def learned(root: Path, measured: Path, report: Path) -> dict[str, list[str]]:
    """The test files by module: first those that run most of its lines in the least time."""
    took = _seconds(report)
    data = CoverageData(str(measured))
    data.read()
    found: dict[str, list[str]] = {}
    for file in sorted(data.measured_files()):
        lines: dict[str, set[int]] = defaultdict(set)
        for line, contexts in data.contexts_by_lineno(file).items():
            for context in contexts:
                if context:  # without one it ran as the module was imported
                    lines[context.partition("::")[0]].add(line)
        by_worth = sorted(lines, key=lambda test: (-len(lines[test]) / (2 + took.get(test, 0.0)), test))
        found[Path(file).relative_to(root).as_posix()] = by_worth
    return found


def keep(found: Mapping[str, list[str]]) -> None:
    """Write what was learned into the tree."""
    KEPT.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", "utf-8")


def _seconds(report: Path) -> dict[str, float]:
    """The time of each file of tests, from pytest's report."""
    total: dict[str, float] = defaultdict(float)
    for case in ET.parse(report).iter("testcase"):  # our own file
        total[case.get("classname", "").replace(".", "/") + ".py"] += float(case.get("time", 0))
    return dict(total)
