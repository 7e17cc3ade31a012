"""What somebody holds for a while they can make last for nobody, least of all for themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from identity.domain.grants import Held, check_grant
from identity.errors import GrantExceedsOwn
from identity.usecases.end_expired import end_expired
from kit.testing import Bench
from tests.identity.conftest import People, Somebody, new_phone

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def in_a(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


async def substitute(bench: Bench, people: People, **more: Any) -> tuple[Somebody, str, Somebody, str]:
    """An owner with an account, and a manager in the owner's place for a week."""
    owner, account = await people.owner()
    manager, path = await people.add(owner, account, "manager", ends_at=in_a(days=7), **more)
    return owner, account, manager, path


async def patch(bench: Bench, path: str, who: Somebody, **body: Any) -> Any:
    return await bench.http.patch(path, json={"confirmed": True, **body}, headers=who.headers)


async def test_a_substitute_prolongs_neither_the_own_time_nor_another_right(bench: Bench, people: People) -> None:
    owner, _, manager, path = await substitute(bench, people)
    for_a_day = {"permissions": {"cash.delete": True}, "permission_expiries": {"cash.delete": in_a(days=1)}}
    assert (await patch(bench, path, owner, **for_a_day)).status_code == 200
    for longer in (
        {"ends_at": None},
        {"ends_at": in_a(days=8)},
        {"permission_expiries": {"cash.delete": None}},
        {"permission_expiries": {"cash.delete": in_a(days=2)}},
    ):
        refused = await patch(bench, path, manager, **longer)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.grant_exceeds_own"), longer
        assert ("cash.delete" in refused.json()["permissions"]) == ("permission_expiries" in longer)
    assert (await patch(bench, path, manager, ends_at=in_a(days=6))).status_code == 200, "shorter is no grant"
    assert (await patch(bench, path, owner, ends_at=None)).status_code == 200


async def test_a_substitute_lets_nobody_in_for_longer_than_they_are_there(bench: Bench, people: People) -> None:
    owner, account, manager, _ = await substitute(bench, people)
    _, master = await people.add(owner, account, ends_at=in_a(days=2))
    body = {"phone": new_phone(), "name": "Ніна", "role": "master"}
    for_ever = await bench.http.post(f"{account}/members", json=body, headers=manager.headers)
    assert (for_ever.status_code, for_ever.json()["code"]) == (403, "identity.grant_exceeds_own")
    for_days = {**body, "ends_at": in_a(days=5)}
    assert (await bench.http.post(f"{account}/members", json=for_days, headers=manager.headers)).status_code == 201
    assert (await patch(bench, master, manager, ends_at=None)).status_code == 403
    assert (await patch(bench, master, manager, permissions={"audit.view": True})).status_code == 200


async def test_whose_time_was_over_comes_back_to_stay_by_who_may_give_rights(bench: Bench, people: People) -> None:
    """Restored with the old end they would be gone again a moment later."""
    owner, account = await people.owner()
    keeper, _ = await people.add(owner, account, permissions={"staff.restore": True})
    given: dict[str, Any] = {"permissions": {"audit.view": True}, "permission_expiries": {"audit.view": in_a(hours=1)}}
    helper, path = await people.add(owner, account, ends_at=in_a(hours=2), **given)
    async with bench.service.db.system_tx() as tx:
        passed = text("UPDATE membership SET ends_at = now() - interval '1 minute' WHERE id = :id")
        await tx.execute(passed, {"id": path[-36:]})
        assert await end_expired(tx, datetime.now(UTC) + timedelta(hours=1.5)) >= 1
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 404
    refused = await bench.http.post(f"{path}/restore", headers=keeper.headers)
    assert (refused.status_code, refused.json()["permission"]) == (403, "permissions.edit")
    back = await bench.http.post(f"{path}/restore", headers=owner.headers)
    assert (back.status_code, back.json()["ends_at"]) == (200, None)
    async with bench.service.db.system_tx() as tx:
        await end_expired(tx, datetime.now(UTC))
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 200
    entry = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"][0]
    assert (entry["action"], [change["field"] for change in entry["changes"]]) == ("member.restored", ["ends_at"])


@pytest.mark.parametrize(
    ("before", "after", "own", "beyond"),
    [
        (Held(), Held(frozenset("ab")), Held(frozenset("ab")), ""),
        (Held(), Held(frozenset("ab")), Held(frozenset("a")), "b"),
        (Held(), Held(frozenset("a")), Held(frozenset("a"), {}, NOON), "a"),
        (Held(), Held(frozenset("a"), {}, NOON), Held(frozenset("a"), {}, NOON), ""),
        (Held(), Held(frozenset("a"), {"a": NOON}, NOON + HOUR), Held(frozenset("a"), {"a": NOON}), ""),
        (Held(frozenset("a")), Held(frozenset("a"), {}, NOON), Held(), ""),
        (Held(frozenset("a"), {"a": NOON}), Held(frozenset("a")), Held(frozenset("a"), {"a": NOON}), "a"),
    ],
)
def test_a_right_lasts_no_longer_than_its_givers(before: Held, after: Held, own: Held, beyond: str) -> None:
    if not beyond:
        check_grant(before, after, own, [])
        return
    with pytest.raises(GrantExceedsOwn) as refused:
        check_grant(before, after, own, ["Олена"])
    assert refused.value.permissions == list(beyond)
