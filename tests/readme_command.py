"""Print one of README's commands, so that CI runs exactly what a reader would: ``readme_command.py test``."""

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def command(name: str) -> str:
    """The shell block of README marked ``<!-- command: name -->``."""
    found = re.search(
        rf"<!-- command: {re.escape(name)} -->\s*```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    if found is None:
        sys.exit(f"README.md has no command called {name}")
    return found[1]


if __name__ == "__main__":
    print(command(sys.argv[1]))
