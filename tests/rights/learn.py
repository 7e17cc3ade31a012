"""What a route asks of its caller, found by asking it: rights are given one by one until it no longer names one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.rights.world import EVERYTHING, Route, World

MOST_RIGHTS_OF_ONE_ROUTE = 6
OF_THE_CALLER_AT_AN_ACCOUNT = {
    "put_my_notification_preferences_at_account": "what one refuses as a client there; who is none gets 404",
}
"""What people say of themselves, by operation id: no right of a member gives or takes it."""


@dataclass
class Rule:
    """`needs`: without any one of them the route refuses; `any_of`: one of them is enough."""

    who: str
    needs: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()
    denials: list[dict[str, Any]] = field(default_factory=list)
    past_the_rules: int = 0
    last: str = ""

    def allows(self, rights: frozenset[str]) -> bool:
        return self.needs <= rights and (not self.any_of or bool(self.any_of & rights))

    def __str__(self) -> str:
        parts = [f"`{key}`" for key in sorted(self.needs)]
        if self.any_of:
            parts.append(" or ".join(f"`{key}`" for key in sorted(self.any_of)))
        return " and ".join(parts) or self.who


def is_denied(answer: httpx.Response) -> bool:
    return answer.status_code == 403


async def rule_of(world: World, route: Route) -> Rule:
    """The rule of a route, as its answers tell it."""
    anonymous = await world.call(route, None)
    if anonymous.status_code != 401:
        return Rule("anybody", past_the_rules=anonymous.status_code)
    if not route.in_account or route.operation_id in OF_THE_CALLER_AT_AN_ACCOUNT:
        answer = await world.call(route, world.stranger)
        return Rule("signed in", past_the_rules=answer.status_code)
    rule = Rule("member")
    given: list[str] = []
    while is_denied(answer := await world.call(route, await world.as_member(given))):
        rule.denials.append(answer.json())
        key = str(rule.denials[-1].get("permission"))
        assert key not in ("None", *given), f"{route.address}: {answer.text}"
        assert len(given) < MOST_RIGHTS_OF_ONE_ROUTE, f"{route.address}: {given}"
        given.append(key)
    rule.past_the_rules, rule.last = answer.status_code, answer.text[-400:]
    needs: set[str] = set()
    any_of: set[str] = set()
    for key in given:
        without = await world.call(route, await world.as_member(EVERYTHING - {key}))
        (needs if is_denied(without) else any_of).add(key)
    if any_of:
        any_of = {
            key for key in EVERYTHING if not is_denied(await world.call(route, await world.as_member({*needs, key})))
        }
    rule.needs, rule.any_of = frozenset(needs), frozenset(any_of)
    return rule
