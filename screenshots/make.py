"""Make every picture of this folder from the real program on its demo world: ``python screenshots/make.py``.

The incident begins a minute in; the pictures are taken while it is at its height.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = {
    "launch-day.svg": ["--size", "200x50", "--after", "110s"],
    "launch-day-phone.svg": ["--size", "46x90", "--after", "110s"],
    "launch-day-queues.svg": ["--size", "200x50", "--page", "큐", "--after", "110s"],
}


def main() -> None:
    """Take all pictures side by side, each on a world of its own."""
    program = [sys.executable, "-m", "situationroom", "snapshot", "launch-day", "--demo", "--as", "kim"]
    running = [
        subprocess.Popen([*program, *options, "-o", str(HERE / name)]) for name, options in PICTURES.items()
    ]
    codes = [process.wait(timeout=300) for process in running]
    if any(codes):
        sys.exit("a picture could not be made")


if __name__ == "__main__":
    main()
