"""Importing libraries without what a serving process has no use for."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let imports of `names` fail within the block, as where they are not installed; what is loaded stays loaded."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def never(name: str) -> None:
    """Let imports of `name` fail for as long as the process lives, unless it is loaded already."""
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def on_demand(package: str) -> None:
    """Leave the own code of `package` unrun until a name of the package itself is asked for.

    Its modules are imported as usual, and they no longer bring along everything that the package shows off.
    """
    if package in sys.modules:
        return
    spec = importlib.util.find_spec(package)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    loader, module = spec.loader, importlib.util.module_from_spec(spec)

    def ask(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        del vars(module)["__getattr__"]
        loader.exec_module(module)
        return getattr(module, name)

    vars(module)["__getattr__"] = ask
    sys.modules[package] = module
