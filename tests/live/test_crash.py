"""The program killed in the middle of everything: what it promised holds all the same.

Here some of the points; ``python -m tests.live.crash --points 1000`` does as many as are wanted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.crash.lane import ACTIONS
from tests.live.crash.points import PLACES

POINTS = 200
SEED = "20240920"
LIMIT_S = 120


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and a subreaper")
@pytest.mark.timeout(LIMIT_S + 30)  # two hundred programs are started and killed; a busy machine takes longer
def test_a_program_killed_anywhere_repeats_nothing_hides_nothing_and_is_settled_truly(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.live.crash", "--points", str(POINTS), "--seed", SEED, "--json"],
        capture_output=True, text=True, timeout=LIMIT_S, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert answer.stdout, f"seed {SEED}: {answer.stderr[-3_000:]}"
    verdict = json.loads(answer.stdout)
    assert not verdict["broken"], f"seed {SEED}: {verdict['broken']}"
    assert sum(verdict["killed"][action] for action in ACTIONS) == POINTS
    assert all(verdict["killed"][place] > 0 for place in PLACES)
    assert verdict["settled"] > POINTS / 10, "too few of them were interrupted with an intent"
