"""Notices that are made to break whoever reads them: each is judged, and holds up nobody else's money."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from fiscal.providers.acquirers.words import kopecks
from fiscal.usecases.payments.check_payments import check_payments
from fiscal.usecases.payments.judge_notices import judge_notices
from kit.testing import Bench
from tests.fiscal.door import Door
from tests.fiscal.integration.test_forged_notices import Forger, forger
from tests.fiscal.salon import Salon
from tests.simulators.running import Simulators

__all__ = ["forger"]  # the fixture

HALF_A_CHARACTER = "\ud83d"
FIRST_OF_ALL = "now() - interval '10 years'"
"""What other tests left behind is due as well, and some dozens are served at a time."""
KEYS = {"liqpay": "test_private", "wayforpay": "test_secret"}


@pytest.fixture(params=KEYS)
async def merchant(
    request: pytest.FixtureRequest, bench: Bench, door: Door, simulators: Simulators, salon: Salon
) -> Forger:
    """Somebody who has the keys of the shop, as every account has those of its own; monobank signs by itself."""
    merchant = Forger(bench, door, simulators, salon, request.param)
    await merchant.begin()
    return merchant


async def test_anybodys_half_character_breaks_no_judge(forger: Forger) -> None:
    """Unsigned, and sent by whoever has seen the number of one order: others' payments went unheard behind it."""
    said = {**forger.said(), "cardPan": HALF_A_CHARACTER, "status": HALF_A_CHARACTER}
    await forger.send((json.dumps({**said, "merchantSignature": HALF_A_CHARACTER}).encode(), {"x-sign": "é" * 8}))
    assert await forger.verdicts() == ({"liqpay": []}.get(forger.provider, ["signature"]))


@pytest.mark.parametrize("spelled", ["1e999999", "-1", "1e1000000000", "NaN"])
async def test_an_amount_beyond_all_sums_is_none_though_it_is_signed(merchant: Forger, spelled: str) -> None:
    await merchant.send(merchant.signed_by(KEYS[merchant.provider], amount=spelled))
    assert await merchant.verdicts() == ["malformed"]
    with pytest.raises(ValueError, match="not an amount"):
        kopecks(spelled)


async def test_words_that_no_database_keeps_are_kept_without_their_harm(merchant: Forger) -> None:
    words = f"Не\0 вистачає {HALF_A_CHARACTER}коштів"
    declined = {"liqpay": {"status": "failure", "err_description": words}}
    told = declined.get(merchant.provider, {"transactionStatus": "Declined", "reason": words})
    await merchant.send(merchant.signed_by(KEYS[merchant.provider], **told))
    assert (await merchant.verdicts(), await merchant.state()) == (["taken"], "failed")


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "found out"])
async def test_a_card_that_pays_after_a_declined_one_pays_the_order(
    bench: Bench, door: Door, simulators: Simulators, salon: Salon, *, is_told: bool
) -> None:
    """On the same page of the acquirer: a payment with another number there, whose notice may get lost."""
    payer = Forger(bench, door, simulators, salon, "liqpay")
    await payer.begin()
    await payer.send(payer.signed_by(KEYS["liqpay"], status="failure", payment_id=7))
    assert await payer.state() == "failed"
    notice = await payer.true_notice()
    if is_told:
        await payer.send(notice)
    else:
        async with bench.service.db.tx(salon.account_id) as tx:
            due = await tx.scalar(text("SELECT next_check_at > valid_until FROM card_payment"))
            await tx.execute(text(f"UPDATE card_payment SET next_check_at = {FIRST_OF_ALL}"))
        assert due, "it is asked about once its time is over"
        await check_payments(bench.service.state["acquiring"])
    assert await payer.state() == "paid"
    assert await payer.credits() == 1


async def test_a_declined_card_that_nobody_replaced_is_asked_about_once(
    bench: Bench, door: Door, simulators: Simulators, salon: Salon
) -> None:
    payer = Forger(bench, door, simulators, salon, "liqpay")
    await payer.begin()
    await payer.send(payer.signed_by(KEYS["liqpay"], status="failure"))
    async with bench.service.db.tx(salon.account_id) as tx:
        past = f"valid_until = now() - interval '1 day', next_check_at = {FIRST_OF_ALL}"
        await tx.execute(text(f"UPDATE card_payment SET {past}"))
    await check_payments(bench.service.state["acquiring"])
    async with bench.service.db.tx(salon.account_id) as tx:
        assert await tx.scalar(text("SELECT next_check_at FROM card_payment")) is None
    assert await payer.state() == "failed"


async def test_a_bank_that_gives_no_key_is_not_stormed_by_notices_that_wait_for_it(
    bench: Bench, door: Door, simulators: Simulators, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody who has seen the number of one order could send them, and each was tried every five seconds for ever."""
    bank = bench.service.state["acquiring"].acquirers["monobank"]
    for name, value in {"_keys": {}, "_asked_at": {}, "_key_gap_s": 3600.0}.items():
        monkeypatch.setattr(bank, name, value)
    forger = Forger(bench, door, simulators, salon, "monobank")
    await forger.begin()
    await simulators.fault("monobank", "reject_auth", method="pubkey")
    before = len((await simulators.get("/requests/monobank", params={"path": "/pubkey"}))["items"])
    for number in range(5):
        body, headers = forger.signed_by(None, status=f"said {number}")
        await forger.send((body, headers))
    assert await forger.verdicts() == [None] * 5
    assert len((await simulators.get("/requests/monobank", params={"path": "/pubkey"}))["items"]) - before <= 1
    async with bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(
            text(f"UPDATE payment_notice SET received_at = now() - interval '2 hours', next_look_at = {FIRST_OF_ALL}")
        )
    await judge_notices(bench.service.state["acquiring"])
    async with bench.service.db.tx(salon.account_id) as tx:
        soonest = await tx.scalar(text("SELECT min(next_look_at) - now() FROM payment_notice"))
    assert soonest > timedelta(minutes=50), "the older, the less often"


async def test_a_notice_that_breaks_its_judge_all_the_same_keeps_no_other_waiting(
    bench: Bench, door: Door, simulators: Simulators, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = [Forger(bench, door, simulators, salon, provider) for provider in ("wayforpay", "liqpay")]
    await broken.begin()
    await sound.begin()

    async def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bench.service.state["acquiring"].acquirers["wayforpay"], "read_notice", breaks)
    for one in (broken, sound):
        body, headers = one.signed_by(KEYS[one.provider])
        await door.call(one.provider, body, headers)
    while await judge_notices(bench.service.state["acquiring"]):
        pass
    assert [str(verdict) for verdict in await broken.verdicts()] == ["None"]
    assert await sound.state() == "paid"
