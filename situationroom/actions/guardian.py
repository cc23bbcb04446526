"""Stands between the room and a command it runs: ends the command, and all it started, when told or orphaned.

A program of its own, of the standard library alone: ``python guardian.py REPORT GRACE_S ARGV…``. Its standard
input is the lifeline: when that closes, by the room's wish or with the room's death, the command's process
group is asked to end and, after ``GRACE_S`` seconds, killed. It ends as the command ended, by code or by
signal. Where the command cannot be started, the reason is written to the file descriptor ``REPORT``.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time


def main(report: int, grace_s: float, argv: list[str]) -> None:
    """Run ``argv`` and never return."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the lifeline decides; not ignored, for
        signal.signal(name, _heard)  # the command would inherit that
    try:
        command = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - its purpose
    except (OSError, ValueError) as error:
        os.write(report, (getattr(error, "strerror", None) or str(error)).encode())
        os._exit(127)
    os.close(report)
    ending = threading.Event()
    watching = threading.Thread(target=_watch, args=(command.pid, grace_s, ending), daemon=True)
    watching.start()
    code = command.wait()
    if ending.is_set():
        watching.join()  # the command went first; what it started goes too
    _end_as(code)


def _heard(number: int, frame: object) -> None:
    del number, frame


def _watch(group: int, grace_s: float, ending: threading.Event) -> None:
    """Wait for the end of the lifeline, then end the group."""
    while os.read(0, 1024):
        continue
    ending.set()
    _signal(group, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline and _signal(group, 0):
        time.sleep(0.02)
    _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether there was anybody to hear it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_as(code: int) -> None:
    """End by the same code or signal, leaving no core file."""
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 1)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
