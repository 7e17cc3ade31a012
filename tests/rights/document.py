"""docs/rights.md: every route with the rights it needs and the roles that have them."""

from collections.abc import Iterable
from pathlib import Path

from identity.roles import PRESETS
from tests.rights.learn import Rule
from tests.rights.world import Route

DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.md"
_ROLES = ("owner", "administrator", "manager", "master", "operator", "support")
_HEAD = """# Who may do what

What each route asks of its caller, and which roles come with it; single rights can be given to or taken from every
member but owners. The table is learned from the answers of the running services and compared with this file by
`tests/rights`: a rule that changes shows up here.
"""


def document_of(learned: Iterable[tuple[Route, Rule]]) -> str:
    """The whole document."""
    lines = [_HEAD]
    service = ""
    for route, rule in sorted(learned, key=lambda pair: (pair[0].service, pair[0].template, pair[0].method)):
        if route.service != service:
            service = route.service
            lines += [
                f"\n## {service}\n",
                f"| route | needs | {' | '.join(_ROLES)} |",
                f"|---|---|{'---|' * len(_ROLES)}",
            ]
        marks = " | ".join(_mark(rule, PRESETS[role]) for role in _ROLES)
        lines.append(f"| {route.method} {route.template} | {rule} | {marks} |")
    return "\n".join(lines) + "\n"


def _mark(rule: Rule, rights: frozenset[str]) -> str:
    return "yes" if rule.allows(rights) else "–"
