"""docs/coverage.md: which tests prove which rows of the feature map."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from zapys_dev.generated.product import write


def generate(docs: Path, tests: Path) -> None:
    """Write the document."""
    proofs: dict[str, set[str]] = defaultdict(set)
    for path in sorted(tests.rglob("test_*.py")):
        for row, name in _marks(path):
            proofs[row].add(f"`{path.relative_to(tests.parent)}::{name}`")
    lines = [
        "# Coverage of features",
        "",
        'Written by `./zapys docs` from the marks `@pytest.mark.row("S19")` on tests.',
        "A row that is not here has no test yet.",
        "",
        "| row | proved by |",
        "|---|---|",
        *(f"| {row} | {'<br>'.join(sorted(proofs[row]))} |" for row in sorted(proofs, key=_order)),
    ]
    write(docs / "coverage.md", lines)


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


def _order(row: str) -> tuple[str, int]:
    match = re.fullmatch(r"([A-Z]+)(\d+)", row)
    return (match[1], int(match[2])) if match else (row, 0)
