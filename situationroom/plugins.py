"""Find panels, sources and kinds of action: shipped ones and a user's own, by the same door.

A plug-in is a class with a ``TYPE`` and an ``Options`` model in a file of a plug-in folder. Shipped
folders come first, then the user's folders beside the layout. A shipped file that cannot be loaded raises;
one of the user's breaks nothing that does not use it: the reason is kept for whoever names its type. Two
files that give one type raise, naming both.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from situationroom.errors import PluginError
from situationroom.values import Message

T = TypeVar("T")


class Plugins(dict[str, type[T]]):
    """Plug-ins by their type, and the files beside them that cannot be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self._broken: dict[Path, PluginError] = {}

    def broken(self, type_name: str) -> Message | None:
        """Why a type that is not there could not be loaded, where a file would give it."""
        for file, error in self._broken.items():
            if file.stem == type_name or _names(file, type_name):
                return error.message
        return None

    def failures(self) -> Iterable[Message]:
        """Why each file that cannot be loaded cannot."""
        return [error.message for error in self._broken.values()]

    def keep(self, file: Path, error: PluginError) -> None:
        """Remember a file that cannot be loaded."""
        self._broken[file] = error


def discover(base: type[T], shipped: Iterable[Path], own: Iterable[Path] = ()) -> Plugins[T]:
    """Every concrete subclass of ``base`` defined in the ``*.py`` files of the folders, by its ``TYPE``.

    ``own`` are the user's folders. Files whose name starts with ``_`` and folders that do not exist are
    passed over.

    Raises:
        PluginError: a shipped file cannot be loaded, or two files give the same type.

    """
    found: Plugins[T] = Plugins()
    places: dict[str, Path] = {}
    for folder, is_own in [*((folder, False) for folder in shipped), *((folder, True) for folder in own)]:
        for file in sorted(folder.glob("[!_]*.py")):
            try:
                module = _load(file)
            except PluginError as error:
                if not is_own:
                    raise
                found.keep(file, error)
                continue
            for plugin, type_name in _classes(base, module):
                if type_name in found and places[type_name] != file:
                    raise PluginError(
                        "plugins.twice", type=type_name, first=str(places[type_name]), second=str(file)
                    )
                found[type_name] = plugin
                places[type_name] = file
    return found


def _names(file: Path, type_name: str) -> bool:
    """Whether a file says that it gives a type, as far as its text tells."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeError):
        return False
    return re.search(rf"""^\s*TYPE\b.*=\s*["']{re.escape(type_name)}["']""", text, re.MULTILINE) is not None


def _package(error: ModuleNotFoundError) -> str:
    """The name of what would have to be installed, as far as Python tells."""
    return (error.name or str(error)).partition(".")[0]


def _classes(base: type[T], module: ModuleType) -> Iterable[tuple[type[T], str]]:
    for member in vars(module).values():
        if isinstance(member, type) and issubclass(member, base) and member.__module__ == module.__name__:
            type_name = getattr(member, "TYPE", None)
            if isinstance(type_name, str) and not inspect.isabstract(member):
                yield member, type_name


def _load(file: Path) -> ModuleType:
    """The module of ``file``; the package's own files by their package name, others by their path."""
    package = Path(__file__).parent
    if file.parent.parent == package and (file.parent / "__init__.py").exists():
        return importlib.import_module(f"situationroom.{file.parent.name}.{file.stem}")
    slug = re.sub(r"\W", "_", str(file.resolve().with_suffix("")))
    name = f"situationroom_plugin{slug}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PluginError("plugins.unreadable", file=str(file), detail="not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it executes: dataclasses and pydantic look themselves up there
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        del sys.modules[name]
        raise PluginError("plugins.no_package", file=str(file), package=_package(error)) from error
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        detail = f"{type(error).__name__}: {error}"
        raise PluginError("plugins.broken", file=str(file), detail=detail) from error
    return module
