"""Find panels, sources and kinds of action: shipped ones and a user's own, by the same door.

A plug-in is a class with a ``TYPE`` and an ``Options`` model in a file of a plug-in folder. Shipped
folders come first, then the user's folders beside the layout. A folder that was named and holds a file
that fails raises; two files that give one type raise, naming both.
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

T = TypeVar("T")


def discover(base: type[T], folders: Iterable[Path]) -> dict[str, type[T]]:
    """Every concrete subclass of ``base`` defined in the ``*.py`` files of ``folders``, by its ``TYPE``.

    Files whose name starts with ``_`` and folders that do not exist are passed over.

    Raises:
        PluginError: a file cannot be loaded, or two files give the same type.

    """
    found: dict[str, type[T]] = {}
    places: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("[!_]*.py")):
            for plugin, type_name in _classes(base, _load(file)):
                if type_name in found and places[type_name] != file:
                    raise PluginError(
                        "plugins.twice", type=type_name, first=str(places[type_name]), second=str(file)
                    )
                found[type_name] = plugin
                places[type_name] = file
    return found


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
    except Exception as error:
        del sys.modules[name]
        detail = f"{type(error).__name__}: {error}"
        raise PluginError("plugins.broken", file=str(file), detail=detail) from error
    return module
