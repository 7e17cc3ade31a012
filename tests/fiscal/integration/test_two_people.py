"""What needs two persons is not done by one person and a program of theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kit.access import ApiKey
from kit.testing import Bench, Person
from tests.fiscal.salon import EVERYTHING, Salon

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.fixture
def program(bench: Bench, salon: Salon) -> Person:
    """A key with every right, made by the owner."""
    return bench.mint.person(api_key=ApiKey(salon.account_id, "Бухгалтерія", EVERYTHING, None))


async def test_only_an_owner_takes_the_safeguard_off(salon: Salon, bench: Bench, program: Person) -> None:
    """Else whoever is to be guarded against takes the guard off, acts, and puts it back."""
    manager = await bench.make_member(
        salon.account_id, EVERYTHING, role="manager", name="Марко", phone_e164="+380500000038"
    )
    both = {"back_dating_needs_two": True, "reversal_needs_two": True}
    assert (await salon.ask("PATCH", "/finance/rules", both, by=manager)).status_code == 200
    for one in both:
        refused = await salon.ask("PATCH", "/finance/rules", {one: False}, by=manager)
        assert (refused.status_code, refused.json()["code"]) == (403, "fiscal.safeguard_owner_only")
        assert (refused.json()["holders"], refused.json()["rule"]["text"] != "") == (["Олена"], True)
        assert (await salon.ask("PATCH", "/finance/rules", {one: False}, by=program)).status_code == 403
    assert (await salon.ask("PATCH", "/finance/rules", {"back_days_limit": 7}, by=manager)).status_code == 200
    done = await salon.ask("PATCH", "/finance/rules", dict.fromkeys(both, False))
    assert (done.status_code, done.json()["reversal_needs_two"]) == (200, False)


async def test_a_day_that_is_over_is_counted_by_two_people_too(salon: Salon, bench: Bench) -> None:
    """Else nobody could count it at all."""
    marko = await bench.make_member(
        salon.account_id, EVERYTHING, role="manager", name="Марко", phone_e164="+380500000038"
    )
    till = await salon.register()
    await salon.ask("PATCH", "/finance/rules", {"back_dating_needs_two": True})
    path, over = f"/cash-registers/{till}/day-closes", (datetime.now(KYIV) - timedelta(days=1)).date().isoformat()
    unexplained = await salon.ask("POST", path, {"counted": 700, "operating_day": over})
    assert (unexplained.status_code, unexplained.json()["code"]) == (409, "fiscal.difference_unexplained")
    wish = {"counted": 700, "operating_day": over, "explanation": "знайшли в шухляді", "book_difference": True}
    asked = await salon.ask("POST", path, wish)
    assert (asked.status_code, asked.json()["act"], asked.json()["reason"]) == (202, "count", "знайшли в шухляді")
    assert (asked.json()["amount"]["amount"], (await salon.get(path))["items"]) == (700, [])
    approve = f"/finance/requests/{asked.json()['id']}/approve"
    assert (await salon.ask("POST", approve)).json()["code"] == "fiscal.second_person_needed"
    assert (await salon.ask("POST", approve, by=marko)).status_code == 200
    [close] = (await salon.get(path))["items"]
    assert (close["operating_day"], close["counted"]["amount"], close["created_by_name"]) == (over, 700, "Олена")
    [line] = (await salon.get("/cash-operations"))["items"]
    assert (line["kind"], line["approved_by_name"]) == ("surplus", "Марко")
    today = await salon.ask("POST", path, {"counted": 700})
    assert today.status_code == 201


async def test_a_key_is_no_second_person(salon: Salon, program: Person) -> None:
    till = await salon.register()
    await salon.ask("PATCH", "/finance/rules", {"back_dating_needs_two": True})
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    dated = {"kind": "deposit", "cash_register_id": till, "amount": 1_000, "operating_day": yesterday}
    asked = await salon.ask("POST", "/cash-operations", dated)
    assert asked.status_code == 202, asked.text
    approved = await salon.ask("POST", f"/finance/requests/{asked.json()['id']}/approve", by=program)
    assert (approved.status_code, approved.json()["code"]) == (403, "access.person_required")
    by_program = await salon.ask("POST", "/cash-operations", dated, by=program)
    assert (by_program.status_code, by_program.json()["code"]) == (403, "access.person_required")
    assert [one["id"] for one in (await salon.get("/finance/requests?state=pending"))["items"]] == [asked.json()["id"]]
    assert (await salon.get("/cash-operations"))["items"] == []
    today = {**dated, "operating_day": None}
    assert (await salon.ask("POST", "/cash-operations", today, by=program)).status_code == 201
