"""Become another program that cannot outlive its parent, as another user where asked.

Run as a script, ``launch.py UID GID PARENT PROGRAM [ARGUMENT …]`` (-1: keep): the steps between ``fork`` and
``exec`` need Python, and Python there is not safe in a program with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(uid: int, gid: int, parent: int, command: list[str]) -> None:
    """Change user, ask the kernel for a death signal, and become ``command``. Does not return.

    SIGQUIT is PostgreSQL's "immediate shutdown". Outside Linux there is no such signal; there the next start
    sweeps what a killed program left.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded while we may still read it
    if gid >= 0:
        os.setgroups([])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    if libc is not None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)  # a change of user clears it: so after that
    if os.getppid() != parent:
        sys.exit(1)  # the parent died before the signal was asked for
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
