"""docs/refusals.md: everything a service may refuse, with its status, its words and its cure."""

import importlib
from pathlib import Path

from kit import errors as kit_errors
from kit.errors import Problem
from kit.texts import LANGUAGES, Texts
from zapys_dev.generated.product import Wired, write


def generate(docs: Path, wired: list[Wired]) -> None:
    """Write the document."""
    lines = [
        "# Refusals",
        "",
        "Written by `./zapys docs` from each service's `errors.py` and catalogues. The code never changes; `{…}`",
        "stands for a field of the answer. The cure is shown to the caller in their language together with a link.",
        "",
        "## everywhere",
        "",
        *_table(declared(kit_errors), Texts()),
    ]
    for each in wired:
        found = declared(importlib.import_module(f"{each.name}.errors"))
        lines += ["", f"## {each.name}", "", *_table(found, each.service.texts)]
    write(docs / "refusals.md", lines)


def declared(module: object) -> list[type[Problem]]:
    """The refusals that a module declares, by code."""
    name = getattr(module, "__name__", "")
    found = {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Problem) and value is not Problem
        if value.__module__.startswith(name) and "code" in value.__dict__
    }
    return sorted(found, key=lambda problem: problem.code)


def _table(problems: list[type[Problem]], texts: Texts) -> list[str]:
    lines = ["| code | status | says | cure |", "|---|---|---|---|"]
    for problem in problems:
        says, cures = (
            "<br>".join(texts.find(language, f"{problem.code}{suffix}") or "–" for language in LANGUAGES)
            for suffix in ("", ".fix")
        )
        lines.append(f"| `{problem.code}` | {problem.kind.status} | {says} | {cures} |")
    return lines
