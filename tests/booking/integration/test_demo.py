"""A demo account comes with something to look at."""

import pytest

from contracts.booking import BookingCreated
from contracts.identity import AccountRegistered, AccountState
from contracts.permissions import Permission
from kit.ids import new_id


@pytest.mark.row("N36")
async def test_a_demo_account_is_furnished_once_and_a_real_one_not_at_all(bench) -> None:
    for is_demo in (True, False):
        account_id = new_id()
        state = AccountState(
            id=account_id,
            name="Салон «Демо»",
            vanity_address=f"demo-{account_id.hex[-12:]}",
            time_zone="Europe/Kyiv",
            country="UA",
            currency="UAH",
            language="uk",
            is_demo=is_demo,
        )
        await bench.deliver(AccountRegistered(account_id=account_id, version=1, account=state))
        owner = await bench.make_member(account_id, Permission)
        root = f"/api/v1/accounts/{account_id}"

        async def count(what: str, root: str = root, headers: dict[str, str] = owner.headers) -> int:
            answer = await bench.http.get(f"{root}/{what}", headers=headers)
            assert answer.status_code == 200, answer.text
            return len(answer.json()["items"])

        found = [await count(what) for what in ("locations", "services", "staff-members", "clients", "bookings")]
        if not is_demo:
            assert found == [0, 0, 0, 0, 0]
            continue
        assert found[:4] == [1, 3, 3, 8]
        assert found[4] >= 30
        said = await bench.said(BookingCreated, account_id=account_id)
        assert len(said) >= 30
        assert {event.booking.client.phone_e164 for event in said} == {None}
