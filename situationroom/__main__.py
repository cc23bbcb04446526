"""``python -m situationroom``."""

from situationroom.cli import main

main()
