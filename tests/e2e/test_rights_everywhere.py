"""Rights, sign-outs and revoked keys work at the next request, in every service, through the front door."""

from collections.abc import Callable

import pytest

from tests.load.rights_everywhere import BAR_S, DOORS, one_round, seconds_until, statuses
from tests.support.people import Visitor, open_salon
from zapys_dev.stack import Stack


@pytest.mark.row("S34")
async def test_rights_sign_outs_and_keys_work_everywhere_within_a_second(
    stack: Stack, visitor: Callable[[], Visitor]
) -> None:
    owner = visitor()
    salon = await open_salon(owner)
    took = await one_round(stack, owner, salon)
    assert set(took) == {"right taken", "right given", "key revoked", "signed out"}
    late = {kind: each for kind, each in took.items() if max(each.values()) >= BAR_S}
    assert late == {}


async def test_an_api_key_is_accepted_by_every_service_within_its_rights(
    stack: Stack, visitor: Callable[[], Visitor]
) -> None:
    owner, stranger = visitor(), visitor()
    salon, other = await open_salon(owner), await open_salon(stranger)
    every = [right for right, _ in DOORS.values()]

    async def token(permissions: list[str]) -> str:
        body = {"name": "Каса", "permissions": permissions}
        made = await owner.ask("POST", f"/accounts/{salon.account}/api-keys", body, expect=201)
        return str((await owner.ask("POST", "/auth/tokens", {"api_key": made["key"]}))["access_token"])

    full = await token(every)
    await seconds_until(owner.http, salon.account, full, 200)
    assert set((await statuses(owner.http, other.account, full)).values()) == {404}
    assert set((await statuses(owner.http, salon.account, await token(["booking.view"]))).values()) == {403}
    program = Visitor(stack)
    program.token = full
    for path in ("/me", "/me/bookings", "/me/notification-preferences"):
        refused = await program.call("GET", path)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.person_required")
    await program.close()
