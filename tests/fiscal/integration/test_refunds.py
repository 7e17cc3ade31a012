"""Money of a prepayment goes back, all or a part: once, whatever becomes of the acquirer's answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from contracts.fiscal import BookingReversed
from fiscal.domain.card_payments import Said, Verdict, Word
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.refund_part import refund_part
from fiscal.usecases.payments.take_word import take_word
from kit.ids import new_id
from kit.testing import Bench
from tests.fiscal.advance import ACQUIRERS, asked, attempts_become, becomes, checkout, with_shop
from tests.fiscal.door import Door
from tests.fiscal.payer import pay
from tests.fiscal.salon import EVERYTHING, Salon
from tests.simulators.running import Simulators
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def payments(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loops."""
    names = ("payments", "receipts", "shifts")
    tasks = [asyncio.ensure_future(bench.service.loops[name]()) for name in names]
    tasks.append(asyncio.ensure_future(bench.service.wakeups.run()))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("provider", ACQUIRERS)
@pytest.mark.parametrize("mode", [None, "timeout_after_accept", "http_500"])
async def test_a_refund_goes_through_the_acquirer_once_and_the_settlement_is_reversed(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str, mode: str | None
) -> None:
    await with_shop(salon, provider)
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    await pay(simulators, await checkout(salon, link))
    await becomes(salon, booking, "paid")
    if mode:
        method = {"liqpay": "refund", "monobank": "cancel", "wayforpay": "refund"}[provider]
        await simulators.fault(provider, mode, method=method, count=1)
    for _ in range(2):
        answer = await salon.ask("POST", f"/payments/{link['id']}/refund")
        assert answer.status_code == 200, answer.text
    await becomes(salon, booking, "refunded")
    assert len(await simulators.ledger(provider, kind="refund")) == 1
    assert (await salon.get(f"/bookings/{booking}/settlement"))["payment_state"] == "reversed"
    assert len(await bench.said(BookingReversed, account_id=salon.account_id)) == 1


async def paid_online(salon: Salon, simulators: Simulators, provider: str) -> tuple[UUID, dict[str, Any]]:
    """A booking of 500 that was paid by a link."""
    await with_shop(salon, provider)
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    await pay(simulators, await checkout(salon, link))
    await becomes(salon, booking, "paid")
    return booking, link


async def asked_often(salon: Salon) -> None:
    """Let the last question about a refund without an answer be near."""

    async def is_so() -> bool:
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            unsure = "UPDATE card_payment SET checks = 7 WHERE refund_asked_at IS NOT NULL RETURNING id"
            return (await tx.execute(text(unsure))).first() is not None

    await eventually(is_so)


async def given_back(salon: Salon, booking: UUID, amount: int) -> None:
    async def is_so() -> bool:
        [attempt] = (await salon.get(f"/bookings/{booking}/prepayment"))["items"][0]["payments"]
        return attempt["state"] in ("paid", "refunded") and attempt["refunded"] == {"amount": amount, "currency": "UAH"}

    await eventually(is_so)


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_a_part_goes_back_and_the_rest_stays_paid_until_it_goes_too(
    salon: Salon, simulators: Simulators, door: Door, provider: str
) -> None:
    booking, link = await paid_online(salon, simulators, provider)
    path = f"/payments/{link['id']}/refund"
    answer = await salon.ask("POST", path, {"amount": 50_001})
    assert (answer.status_code, answer.json()["code"]) == (422, "fiscal.refund_above_paid")
    assert (await salon.ask("POST", path, {"amount": 12_050})).status_code == 200
    await given_back(salon, booking, 12_050)
    settlement = await salon.get(f"/bookings/{booking}/settlement")
    assert (settlement["paid"]["amount"], settlement["due"]["amount"]) == (37_950, 12_050)
    assert (await salon.get(f"/bookings/{booking}/prepayment"))["items"][0]["state"] == "paid"
    assert (await salon.ask("POST", path, {"amount": 37_951})).status_code == 422
    assert (await salon.ask("POST", path)).status_code == 200
    await given_back(salon, booking, 50_000)
    await becomes(salon, booking, "refunded")
    assert [one["amount"] for one in await simulators.ledger(provider, kind="refund")] == [12_050, 37_950]
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 0


@pytest.mark.parametrize(
    ("provider", "mode"),
    [
        ("monobank", "timeout_after_accept"),
        ("monobank", "drop_before"),
        ("wayforpay", "timeout_after_accept"),
        ("wayforpay", "http_500"),
    ],
)
async def test_a_part_is_never_given_back_twice_though_the_answer_is_lost(
    salon: Salon, simulators: Simulators, door: Door, provider: str, mode: str
) -> None:
    booking, link = await paid_online(salon, simulators, provider)
    method = {"monobank": "cancel", "wayforpay": "refund"}[provider]
    await simulators.fault(provider, mode, method=method, count=1)
    assert (await salon.ask("POST", f"/payments/{link['id']}/refund", {"amount": 10_000})).status_code == 200
    if provider == "wayforpay" and mode != "timeout_after_accept":  # it can not say that nothing went back
        await asked_often(salon)
        [attempt] = await attempts_become(salon, booking, "review")
        assert attempt["reason_code"] == "refund_unknown"
        assert await simulators.ledger(provider, kind="refund") == []
        path = f"/payments/{link['id']}/refund"
        assert (await salon.ask("POST", f"{path}/outcome", {"went_back": False})).status_code == 200
        [attempt] = await attempts_become(salon, booking, "paid")
        assert (attempt["reason_code"], attempt["refunded"]) == (None, None)
        assert (await salon.ask("POST", path, {"amount": 10_000})).status_code == 200
    await given_back(salon, booking, 10_000)
    assert [one["amount"] for one in await simulators.ledger(provider, kind="refund")] == [10_000]


async def test_a_declined_question_says_nothing_of_the_refund_and_repeats_nothing(
    salon: Salon, simulators: Simulators, door: Door
) -> None:
    """The refund went, its answer was lost, and then the shop may not even ask: its limit is used up."""
    booking, link = await paid_online(salon, simulators, "wayforpay")
    await simulators.fault("wayforpay", "timeout_after_accept", method="refund", count=1)
    await simulators.fault("wayforpay", "reject_auth", method="status", count=1)
    assert (await salon.ask("POST", f"/payments/{link['id']}/refund", {"amount": 10_000})).status_code == 200
    await given_back(salon, booking, 10_000)
    assert [one["amount"] for one in await simulators.ledger("wayforpay", kind="refund")] == [10_000]


async def test_of_two_workers_with_the_same_refund_one_asks_for_it(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    await paid_online(salon, simulators, "wayforpay")
    acquiring: Acquiring = bench.service.state["acquiring"]
    async with acquiring.db.tx(salon.account_id) as tx:
        [row] = await tx.scalars(select(CardPayment).where(CardPayment.account_id == salon.account_id))
        row.state, row.refund_part, row.next_check_at = "refunding", 10_000, None
    async with acquiring.db.tx(salon.account_id) as tx:
        read_early = await tx.get_one(CardPayment, (salon.account_id, row.id))
        merchant = await acquiring.merchant_of(tx, read_early)
    assert merchant is not None
    async with acquiring.db.tx(salon.account_id) as tx:  # its lease is over, and another worker has begun
        await tx.execute(text("UPDATE card_payment SET refund_asked_at = now()"))
    assert not await refund_part(acquiring, acquiring.acquirers["wayforpay"], merchant, read_early, 10_000)
    assert await simulators.ledger("wayforpay", kind="refund") == []


async def test_what_the_cabinet_shows_of_a_part_is_told_by_a_person_and_counted_once(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    booking, link = await paid_online(salon, simulators, "liqpay")
    await simulators.fault("liqpay", "timeout_after_accept", method="refund", count=1)
    path = f"/payments/{link['id']}/refund"
    assert (await salon.ask("POST", path, {"amount": 10_000})).status_code == 200
    await asked_often(salon)
    [attempt] = await attempts_become(salon, booking, "review")
    assert attempt["reason_text"].startswith("Банк не каже, чи пішло повернення")
    assert [one["id"] for one in (await salon.get("/payments?in_review=true"))["items"]] == [link["id"]]
    master = await bench.make_member(salon.account_id, frozenset({"cash.view"}))
    assert (await salon.ask("POST", f"{path}/outcome", {"went_back": True}, by=master)).status_code == 403
    assert (await salon.ask("POST", f"{path}/outcome", {"went_back": True})).status_code == 200
    await given_back(salon, booking, 10_000)
    assert (await salon.get("/payments?in_review=true"))["items"] == []
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 40_000
    again = await salon.ask("POST", f"{path}/outcome", {"went_back": True})
    assert (again.status_code, again.json()["code"]) == (409, "fiscal.payment_not_refundable")
    assert [one["amount"] for one in await simulators.ledger("liqpay", kind="refund")] == [10_000]


async def test_a_part_that_is_refused_again_and_again_leaves_the_payment_paid_and_can_be_asked_for_anew(
    salon: Salon, simulators: Simulators, door: Door
) -> None:
    booking, link = await paid_online(salon, simulators, "wayforpay")
    await simulators.fault("wayforpay", "reject_auth", method="refund")
    path = f"/payments/{link['id']}/refund"
    assert (await salon.ask("POST", path, {"amount": 10_000})).status_code == 200
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE card_payment SET checks = 7 WHERE state = 'refunding'"))
    [attempt] = await attempts_become(salon, booking, "paid")
    assert (attempt["reason_code"], attempt["refunded"]) == ("refund_refused", None)
    assert attempt["reason_text"].startswith("Банк відмовив у поверненні")
    async with simulators.session.delete(f"{simulators.base_url}/faults/wayforpay"):
        pass
    assert (await salon.ask("POST", path)).status_code == 200
    await becomes(salon, booking, "refunded")
    assert [one["amount"] for one in await simulators.ledger("wayforpay", kind="refund")] == [50_000]


async def test_a_refund_is_no_way_around_the_second_person(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    """Its money goes back through the acquirer, and is money given back all the same."""
    booking, link = await paid_online(salon, simulators, "liqpay")
    await salon.ask("PATCH", "/finance/rules", {"reversal_needs_two": True})
    refund = f"/payments/{link['id']}/refund"
    too_much = await salon.ask("POST", refund, {"amount": 60_000})
    assert too_much.json()["code"] == "fiscal.refund_above_paid"
    wanted = await salon.ask("POST", refund, {"amount": 20_000}, Idempotency_Key="once")
    assert (wanted.status_code, wanted.json()["act"], wanted.json()["cause"]) == (202, "refund", "reversal")
    assert wanted.json()["amount"]["amount"] == 20_000
    approve = f"/finance/requests/{wanted.json()['id']}/approve"
    assert (await salon.ask("POST", approve)).json()["code"] == "fiscal.second_person_needed"
    await bench.service.state["payment_loop"].drain()
    assert await simulators.ledger("liqpay", kind="refund") == []
    second = await bench.make_member(salon.account_id, EVERYTHING, name="Марко", phone_e164="+380500000041")
    approved = await salon.ask("POST", approve, by=second)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text

    async def went() -> bool:
        return len(await simulators.ledger("liqpay", kind="refund")) == 1

    await eventually(went)
    await attempts_become(salon, booking, "paid")
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 30_000


async def test_a_prepayment_of_another_place_is_neither_seen_nor_given_back(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    booking, link = await paid_online(salon, simulators, "liqpay")
    elsewhere = await bench.make_member(
        salon.account_id, EVERYTHING, name="Ніна", phone_e164="+380500000042", location_ids=frozenset({new_id()})
    )
    for method, path, body in (
        ("POST", f"/payments/{link['id']}/refund", None),
        ("POST", f"/payments/{link['id']}/refund/outcome", {"went_back": True}),
        ("DELETE", f"/payments/{link['id']}", None),
    ):
        refused = await salon.ask(method, path, body, by=elsewhere)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.missing_scope"), path
    assert (await salon.get("/payments", by=elsewhere))["items"] == []
    assert [one["id"] for one in (await salon.get("/payments"))["items"]] == [link["id"]]
    here = await bench.make_member(
        salon.account_id,
        EVERYTHING,
        name="Оля",
        phone_e164="+380500000043",
        location_ids=frozenset({salon.location_id}),
    )
    assert [one["id"] for one in (await salon.get("/payments", by=here))["items"]] == [link["id"]]
    assert (await salon.ask("POST", f"/payments/{link['id']}/refund", by=here)).status_code == 200
    await becomes(salon, booking, "refunded")


async def test_a_word_of_the_bank_and_a_wish_for_a_refund_never_meet_half_way(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    """Whoever takes both takes the prepayment first: the other way round one of the two was told to try again."""
    booking, link = await paid_online(salon, simulators, "liqpay")
    db, account_id = bench.service.db, salon.account_id
    async with db.tx(account_id) as tx:
        payment = (await tx.scalars(select(CardPayment).where(CardPayment.prepayment_id == UUID(link["id"])))).one()
    said = Said(str(payment.id), Word.REFUNDED, payment.amount, payment.currency, at=datetime.now(UTC))

    async def take() -> Verdict:
        async with db.tx(account_id) as tx:
            acquiring = bench.service.state["acquiring"]
            return await take_word(acquiring, tx, account_id, payment.id, said, datetime.now(UTC), takes_tests=False)

    async def somebody_waits() -> bool:
        async with db.tx(account_id) as tx:
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE :what")
            return bool(await tx.scalar(waiting, {"what": "%prepayment%"}))

    async with db.tx(account_id) as tx:
        await tx.get_one(Prepayment, (account_id, UUID(link["id"])), with_for_update=True)
        word = asyncio.create_task(take())
        await eventually(somebody_waits)
        await tx.execute(text("SET LOCAL lock_timeout = '5s'"))
        await tx.get_one(CardPayment, (account_id, payment.id), with_for_update=True)
        assert not word.done()
    assert await word is Verdict.TAKEN
    await becomes(salon, booking, "refunded")
