"""``python -m tests.mutants``: make so many of the changes, and say which no test notices.

The changes of a seed are the same, however much other code changes, and those of a small sample are the
first of a large one. A survivor that is no fault is named in ``explained.toml`` with the reason why.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.changes import Change, all_changes
from tests.mutants.covering import covering, keep, measure
from tests.mutants.running import Copy, Result, Verdict

ROOT = Path(__file__).parents[2]
FOLDERS = ("situationroom/engine", "situationroom/actions", "situationroom/journal")
EXPLAINED = Path(__file__).with_name("explained.toml")


def main() -> int:
    """The exit code: 0 where every change was noticed or is explained, 1 where one was not."""
    given = _arguments().parse_args()
    if given.measure:
        with tempfile.TemporaryDirectory() as scratch:
            keep(measure(ROOT, FOLDERS, Path(scratch)))
        return 0
    explained = explanations()
    everything = list(all_changes(ROOT, FOLDERS))
    stale = sorted(set(explained) - {change.name for change in everything})
    for name in stale:
        print(f"explained, but no such change: {name}")
    sample = sorted(everything, key=lambda change: change.order(given.seed))[: given.sample]
    if given.only:
        sample = [change for change in everything if given.only in change.name]
    judged = [change for change in sample if given.again or change.name not in explained]
    print(
        f"{len(everything):,} changes, {len(sample)} drawn, {len(sample) - len(judged)} explained", flush=True
    )
    survivors = 0
    for number, result in enumerate(tried(judged, given.jobs), 1):
        survived = result.verdict is Verdict.SURVIVED
        survivors += survived and result.change.name not in explained
        mark = "SURVIVED" if survived else result.verdict.value
        print(f"{number:4} {mark:8} {result.took_s:5.1f} s  line {result.change.line}  {result.change.name}")
        print(f"{'':22}{result.noticed}", flush=True)
    print(f"{survivors} not explained")
    return 1 if survivors or stale else 0


def explanations() -> Mapping[str, str]:
    """Why each survivor that is known is no fault, by the name of the change."""
    found: dict[str, str] = tomllib.loads(EXPLAINED.read_text("utf-8"))
    return found


def tried(sample: Sequence[Change], jobs: int) -> Iterator[Result]:
    """Each change tried on the tests of its module, so many at once; the quickest first."""
    tests, copies = covering(), SimpleQueue[Copy]()
    with ExitStack() as stack:
        for _ in range(jobs):
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-")))
            copies.put(stack.enter_context(Copy(ROOT, place)))

        def one(change: Change) -> Result:
            copy = copies.get()
            try:
                return copy.tried(change, tests.get(change.file, ()))
            finally:
                copies.put(copy)

        trying = stack.enter_context(ThreadPoolExecutor(jobs))
        for done in as_completed([trying.submit(one, change) for change in sample]):
            yield done.result()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, help="how many changes are made")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--only", help="all changes whose name holds this, instead of a sample")
    parser.add_argument("--again", action="store_true", help="try those that are explained too")
    parser.add_argument("--measure", action="store_true", help="learn anew which tests run which module")
    return parser


if __name__ == "__main__":
    sys.exit(main())
