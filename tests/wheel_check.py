"""Build the wheel, compare it with what git tracks, install it alone and use it: run by CI."""

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHIPPED = ("situationroom/", "panels/", "layouts/")


def tracked() -> set[str]:
    """The files git tracks that belong in the wheel, by their path inside it."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {name for name in done.stdout.split("\0") if name.startswith(SHIPPED)}
    return {name if name.startswith("situationroom/") else f"situationroom/{name}" for name in names}


def packed(wheel: Path) -> set[str]:
    """The files in the wheel, its metadata left out."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def main() -> None:
    """Exit with a word on what differs or does not work."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip"]
        subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", folder, str(ROOT)], check=True)
        wheel = next(Path(folder).glob("*.whl"))
        if differ := packed(wheel) ^ tracked():
            sys.exit("wheel and git differ: " + ", ".join(sorted(differ)))
        venv.create(Path(folder) / "venv", with_pip=True)
        python = str(Path(folder) / "venv" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True)
        for words in (["--version"], ["panels"], ["schema"]):
            subprocess.run(
                [python, "-m", "situationroom", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL
            )
    print("wheel: every tracked file is in it, and it works by itself")


if __name__ == "__main__":
    main()
