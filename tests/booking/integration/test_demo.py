"""A demo account comes with something to look at."""

import pytest

from contracts.booking import BookingCreated
from contracts.identity import AccountRegistered, AccountState
from contracts.permissions import Permission
from identity.roles import PRESETS
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


@pytest.mark.row("N46")
async def test_a_call_centre_books_for_a_caller_and_opens_no_report(salon) -> None:
    operator = await salon.bench.make_member(
        salon.account_id, PRESETS["operator"], role="operator", name="Кол-центр", phone_e164="+380671110099"
    )
    wish = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("11:00")}
    body = {**wish, "client": {"name": "Тарас", "phone": "+380671110098"}}
    made = await salon.ok("POST", "/bookings", body, by=operator)
    assert made["source"] == "call_centre"
    refused = await salon.call("GET", "/reports/summary?from=2026-01-01&to=2026-01-31", by=operator)
    assert (refused.status_code, refused.json()["permission"]) == (403, "reports.view")
