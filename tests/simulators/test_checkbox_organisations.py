"""Several organisations at Checkbox: what belongs to one is nobody else's."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.simulators.running import Simulators
from tests.simulators.till import HAIRCUT, Till


@pytest.fixture
async def ours(simulators: Simulators) -> Till:
    till = Till(simulators)
    await till.sign_in()
    return till


@pytest.fixture
async def theirs(simulators: Simulators) -> Till:
    till = Till(simulators, "second-licence")
    await till.sign_in("second-cashier")
    return till


async def test_a_cashier_uses_no_licence_of_another_organisation(ours: Till, theirs: Till) -> None:
    """As if there were no such key; without a cashier's token the key alone speaks."""
    ours.headers["X-License-Key"] = "second-licence"
    unknown = (403, {"message": "Невірний ключ ліцензії каси"})
    for verb, path in (
        ("POST", "/shifts"),
        ("GET", "/cash-registers/info"),
        ("POST", "/cash-registers/go-offline"),
        ("GET", "/tax"),
        ("GET", "/webhook"),
    ):
        assert await ours.call(verb, path) == unknown, path
    del ours.headers["Authorization"]
    assert (await ours.call("GET", "/cash-registers/info"))[0] == 200
    assert (await theirs.open())["status"] == "OPENED"


async def test_a_pin_is_that_of_a_cashier_of_the_licences_organisation(simulators: Simulators) -> None:
    names = []
    for licence in ("test-licence", "second-licence", "third-licence-3"):
        till = Till(simulators, licence)
        _, body = await till.call("POST", "/cashier/signinPinCode", {"pin_code": "1111"})
        till.headers["Authorization"] = f"Bearer {body['access_token']}"
        names.append((await till.call("GET", "/cashier/me"))[1]["id"])
    assert len(set(names)) == 3
    assert (await Till(simulators, "second-licence").call("POST", "/cashier/signinPinCode", {"pin_code": "1120"}))[
        0
    ] == 403


async def test_receipts_shifts_and_reports_of_others_are_not_there(ours: Till, theirs: Till) -> None:
    shift = await theirs.open()
    receipt_id = str(uuid4())
    assert (await theirs.sell(receipt_id=receipt_id))[0] == 201
    _, report = await theirs.call("POST", "/reports")
    for path in (f"/receipts/{receipt_id}", f"/shifts/{shift['id']}", f"/reports/{report['id']}"):
        assert (await theirs.call("GET", path))[0] == 200, path
        assert (await ours.call("GET", path))[0] == 404, path
    assert (await ours.call("POST", f"/receipts/{receipt_id}/email", ["a@example.ua"]))[0] == 404
    assert (await ours.call("GET", "/reports"))[1]["results"] == []
    assert (await ours.call("GET", f"/receipts/{receipt_id}/text"))[0] == 200, "the client's page is public"


@pytest.mark.parametrize("repeated", ["refuse", "return_existing"])
async def test_an_id_of_anothers_receipt_is_taken(
    ours: Till, theirs: Till, simulators: Simulators, repeated: str
) -> None:
    await simulators.put("/switches/checkbox", {"repeated_receipt": repeated})
    receipt_id = str(uuid4())
    for till in (ours, theirs):
        await till.open()
    assert (await theirs.sell(receipt_id=receipt_id))[0] == 201
    status, said = await ours.sell(receipt_id=receipt_id, goods=[HAIRCUT])
    assert (status, said) == (400, {"message": "Чек з таким ідентифікатором вже існує"})
    assert await simulators.ledger("checkbox", account="test-licence", kind="sell") == []
