"""docs/coverage.md: which tests prove which promises of docs/features.md."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from zapys_dev.generated.product import write


@dataclass(frozen=True)
class Promise:
    """A line of docs/features.md; `why_not` where it is left out."""

    row: str
    sentence: str
    why_not: str = ""


def generate(docs: Path, tests: Path) -> None:
    """Write the document; raises `ValueError` for a mark that names no promise and a promise that is there twice."""
    sections = read_promises((docs / "features.md").read_text(encoding="utf-8"))
    proofs: dict[str, set[str]] = defaultdict(set)
    for path in sorted(tests.rglob("test_*.py")):
        for row, name in _marks(path):
            proofs[row].add(f"`{path.relative_to(tests.parent)}::{name}`")
    known = [promise.row for promises in sections.values() for promise in promises]
    if twice := {row for row in known if known.count(row) > 1}:
        raise ValueError(f"docs/features.md has more than one line for {', '.join(sorted(twice))}")
    if unknown := proofs.keys() - set(known):
        raise ValueError(f"no line of docs/features.md for the marks {', '.join(sorted(unknown))}")
    lines = [
        "# Coverage of features",
        "",
        'Written by `./zapys docs` from [the promises](features.md) and the marks `@pytest.mark.row("S19")` on tests.',
    ]
    for heading, promises in sections.items():
        lines += ["", f"## {heading}", "", "| row | promise | state | proved by |", "|---|---|---|---|"]
        lines += [
            f"| {one.row} | {one.sentence} | {_state(one, proofs)} | {'<br>'.join(sorted(proofs[one.row]))} |"
            for one in promises
        ]
    write(docs / "coverage.md", lines)


def read_promises(text: str) -> dict[str, list[Promise]]:
    """The lines of docs/features.md by heading."""
    sections: dict[str, list[Promise]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
            sections[heading] = []
        elif match := re.fullmatch(r"\| ([A-Z]+\d+) \| (.+?) \|(?: (.+?) \|)?", line):
            sections[heading].append(Promise(match[1], match[2], match[3] or ""))
    return sections


def _state(promise: Promise, proofs: dict[str, set[str]]) -> str:
    if promise.why_not:
        return f"left out: {promise.why_not}"
    return "proved" if proofs[promise.row] else "**no test yet**"


def _marks(path: Path) -> list[tuple[str, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if (
                    isinstance(decorator, ast.Call)
                    and ast.unparse(decorator.func) == "pytest.mark.row"
                    and decorator.args
                ):
                    found += [(str(ast.literal_eval(argument)), node.name) for argument in decorator.args]
    return found
