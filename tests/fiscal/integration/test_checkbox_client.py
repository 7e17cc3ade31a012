"""The client of Checkbox against the simulator: each fault ends in an answer, a clear no, or an honest "unknown"."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from fiscal.providers.checkbox import Checkbox
from fiscal.providers.checkbox_answers import ReceiptStatus, Refusal, Refused, ShiftStatus, Unanswered
from tests.fiscal.salon import TestDesk
from tests.simulators.running import Process, Simulators
from tests.support.waiting import eventually


@pytest.fixture
async def checkbox(process: Process, simulators: Simulators) -> AsyncIterator[Checkbox]:
    checkbox = Checkbox(f"{process.base_url}/checkbox", timeout_s=0.5)
    yield checkbox
    await checkbox.close()


@pytest.fixture
async def token(checkbox: Checkbox, desk: TestDesk) -> str:
    return await checkbox.sign_in(desk.cashier_login, "secret")


@pytest.fixture
async def at_work(checkbox: Checkbox, desk: TestDesk, token: str) -> str:
    """A cashier with an open shift; the token."""
    shift_id = str(uuid4())
    begun = await checkbox.open_shift(token, desk.licence_key, shift_id)
    assert (begun.id, begun.status) == (shift_id, ShiftStatus.OPENING)

    async def is_open() -> bool:
        shift = await checkbox.shift(token, shift_id)
        return shift is not None and shift.status is ShiftStatus.OPENED

    await eventually(is_open)
    return token


def a_sale(**more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "goods": [{"good": {"code": "1", "name": "Стрижка", "price": 50_000}, "quantity": 1000}],
        "payments": [{"type": "CASH", "value": 60_000}],
        **more,
    }


async def test_a_receipt_is_accepted_and_becomes_fiscal(checkbox: Checkbox, at_work: str) -> None:
    sale = a_sale()
    accepted = await checkbox.sell(at_work, sale)
    assert (accepted.id, accepted.status, accepted.fiscal_code) == (sale["id"], ReceiptStatus.CREATED, None)

    async def is_done() -> bool:
        receipt = await checkbox.receipt(at_work, sale["id"])
        return receipt is not None and receipt.status is ReceiptStatus.DONE and bool(receipt.fiscal_code)

    await eventually(is_done)
    assert await checkbox.receipt(at_work, str(uuid4())) is None


@pytest.mark.parametrize("no_shift_is", ["null", "404"])
async def test_no_shift_is_no_shift_in_either_manner(
    checkbox: Checkbox, simulators: Simulators, token: str, no_shift_is: str
) -> None:
    await simulators.put("/switches/checkbox", {"no_shift_is": no_shift_is})
    assert await checkbox.current_shift(token) is None
    assert await checkbox.shift(token, str(uuid4())) is None


async def test_wrong_credentials_are_told_apart(checkbox: Checkbox, desk: TestDesk, token: str) -> None:
    with pytest.raises(Refused) as wrong_password:
        await checkbox.sign_in(desk.cashier_login, "wrong")
    assert wrong_password.value.refusal is Refusal.CREDENTIALS
    with pytest.raises(Refused) as wrong_licence:
        await checkbox.register_info("no-such-licence")
    assert wrong_licence.value.refusal is Refusal.LICENCE
    with pytest.raises(Refused) as wrong_licence_at_open:
        await checkbox.open_shift(token, "no-such-licence", str(uuid4()))
    assert wrong_licence_at_open.value.refusal is Refusal.LICENCE
    with pytest.raises(Refused) as wrong_token:
        await checkbox.current_shift("no-such-token")
    assert wrong_token.value.refusal is Refusal.TOKEN


@pytest.mark.parametrize(
    ("mode", "meaning"),
    [
        ("token_invalid", Refusal.TOKEN),
        ("shift_closed", Refusal.SHIFT_CLOSED),
        ("shift_opening", Refusal.LATER),
        ("too_many", Refusal.LATER),
    ],
)
async def test_a_clear_no_says_what_it_is(
    checkbox: Checkbox, simulators: Simulators, at_work: str, desk: TestDesk, mode: str, meaning: Refusal
) -> None:
    await simulators.fault("checkbox", mode, method="sell", count=1)
    with pytest.raises(Refused) as refused:
        await checkbox.sell(at_work, a_sale())
    assert refused.value.refusal is meaning
    assert await simulators.ledger("checkbox", account=desk.licence_key, kind="sell") == []


@pytest.mark.parametrize(
    "mode",
    [
        "drop_before",
        "timeout_before",
        "http_500",
        "http_502",
        "html_reply",
        "timeout_after_accept",
        "drop_after_accept",
        "http_500_after_accept",
        "html_after_accept",
    ],
)
async def test_whatever_is_no_answer_may_have_been_accepted(
    checkbox: Checkbox, simulators: Simulators, at_work: str, mode: str
) -> None:
    await simulators.fault("checkbox", mode, method="sell", count=1, delay_s=2)
    sale = a_sale()
    with pytest.raises(Unanswered) as silence:
        await checkbox.sell(at_work, sale)
    assert silence.value.may_have_acted
    known = await checkbox.receipt(at_work, sale["id"])
    assert (known is not None) == mode.endswith("after_accept")


async def test_a_refused_connection_has_surely_done_nothing(desk: TestDesk) -> None:
    nowhere = Checkbox("http://127.0.0.1:1", timeout_s=0.5)
    with pytest.raises(Unanswered) as silence:
        await nowhere.sell("token", a_sale())
    await nowhere.close()
    assert not silence.value.may_have_acted


async def test_asking_never_acts_and_signing_in_sells_nothing(
    checkbox: Checkbox, simulators: Simulators, desk: TestDesk
) -> None:
    await simulators.fault("checkbox", "http_500", count=1)
    with pytest.raises(Unanswered) as silence:
        await checkbox.sign_in(desk.cashier_login, "secret")
    assert not silence.value.may_have_acted
    await simulators.fault("checkbox", "timeout_before", count=1, delay_s=2)
    with pytest.raises(Unanswered) as unasked:
        await checkbox.register_info(desk.licence_key)
    assert not unasked.value.may_have_acted


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"goods": []}, "goods"),
        ({"payments": [{"type": "CASH", "value": 1}]}, "payments"),
        ({"goods": [{"good": {"code": "1", "name": "x", "price": 0}, "quantity": 1000}]}, "price"),
    ],
)
async def test_a_malformed_receipt_is_rejected_with_the_field(
    checkbox: Checkbox, at_work: str, wrong: dict[str, Any], named: str
) -> None:
    with pytest.raises(Refused) as refused:
        await checkbox.sell(at_work, a_sale(**wrong))
    assert refused.value.refusal is Refusal.REJECTED
    assert named in refused.value.text


async def test_a_repeated_receipt_is_known(checkbox: Checkbox, simulators: Simulators, at_work: str) -> None:
    sale = a_sale()
    await checkbox.sell(at_work, sale)
    with pytest.raises(Refused) as refused:
        await checkbox.sell(at_work, sale)
    assert refused.value.refusal is Refusal.KNOWN
    await simulators.put("/switches/checkbox", {"repeated_receipt": "return_existing"})
    assert (await checkbox.sell(at_work, sale)).id == sale["id"]


async def test_the_licence_key_goes_only_where_it_is_asked_for(
    checkbox: Checkbox, simulators: Simulators, at_work: str, desk: TestDesk
) -> None:
    await checkbox.sell(at_work, a_sale())
    await checkbox.register_info(desk.licence_key)
    requests = (await simulators.get("/requests/checkbox"))["items"]
    with_licence = {
        request["path"].removeprefix("/checkbox/api/v1")
        for request in requests
        if "x-license-key" in request["headers"]
    }
    assert with_licence == {"/shifts", "/cash-registers/info"}
    assert all(request["headers"]["x-client-name"] == "Zapys" for request in requests)
    assert all(request["headers"]["x-client-version"] for request in requests)
