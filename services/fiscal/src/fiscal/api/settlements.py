"""Settlement of bookings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from contracts.base import Money
from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal import queries
from fiscal.api import views
from fiscal.api.headers import version_of
from fiscal.api.second_person import WAITS, done_or_asked
from fiscal.api.words import WordsDep
from fiscal.domain.payments import payment_state
from fiscal.tables import BookingCopy
from fiscal.usecases.reverse_settlement import ReverseSettlement, reverse_settlement
from fiscal.usecases.settle_booking import Discount, Payment, SettleBooking, WantedTip, settle_booking
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound, TemporarilyUnavailable
from kit.freshness import wait_for_copy
from kit.idempotency import OnceDep
from kit.ids import new_id
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/bookings/{booking_id}/settlement", tags=["settlement"])

IfMatch = Annotated[str | None, Header(description="The version of the booking that was read.", max_length=40)]


@router.post("", status_code=201, response_model=bodies.Settlement, responses=WAITS, operation_id="settle_booking")
async def settle(
    account_id: UUID,
    booking_id: UUID,
    body: bodies.NewSettlement,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    if_match: IfMatch = None,
) -> Response:
    """Take money for a booking. The answer does not wait for the receipt: it comes by itself, or says why not."""
    member.require(Permission.SETTLEMENT_CREATE)
    version = version_of(if_match)
    await _booking_known(db, account_id, booking_id, version)
    command = SettleBooking(
        booking_id,
        [_payment(paid) for paid in body.payments],
        body.operating_day,
        version,
        _discount(body.discount),
        [WantedTip(_payment(tip), tip.staff_member_id) for tip in body.tips],
    )

    async def effect(tx: Tx) -> bodies.Settlement:
        act = await settle_booking(command, member, tx, now_utc())
        [shown] = await queries.acts(tx, account_id, booking_id, [act.id])
        return views.settlement(shown, words)

    return await done_or_asked(db, member, once, command, effect)


@router.post(
    "/reverse",
    status_code=201,
    response_model=bodies.Reversals,
    responses=WAITS,
    operation_id="reverse_settlement",
)
async def reverse(
    account_id: UUID,
    booking_id: UUID,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    body: bodies.NewReversal | None = None,
) -> Response:
    """Give the money back: all of it, one act, or so much of it, each with its return receipt."""
    member.require(Permission.SETTLEMENT_REVERSE)
    wanted = body or bodies.NewReversal()
    await _booking_known(db, account_id, booking_id, None)
    command = ReverseSettlement(
        booking_id,
        wanted.settlement_id,
        wanted.reason,
        wanted.operating_day,
        wanted.amount.amount if wanted.amount else None,
        wanted.payment_type.value if wanted.payment_type else None,
        wanted.amount.currency if wanted.amount else None,
    )

    async def effect(tx: Tx) -> bodies.Reversals:
        made = await reverse_settlement(command, member, tx, now_utc())
        shown = await queries.acts(tx, account_id, booking_id, [act.id for act in made])
        last = shown[-1].act
        return bodies.Reversals(
            booking_id=booking_id,
            payment_state=last.payment_state,
            paid=Money(amount=last.paid_after, currency=last.currency),
            due=Money(amount=last.due_after, currency=last.currency),
            items=[views.settlement(act, words) for act in shown],
        )

    return await done_or_asked(db, member, once, command, effect)


@router.get("", operation_id="get_settlement")
async def show(
    account_id: UUID, booking_id: UUID, member: MemberDep, db: DbDep, words: WordsDep
) -> bodies.BookingSettlement:
    """What is paid for the booking, by which acts, with which receipts."""
    member.require(Permission.BOOKING_VIEW)
    await _booking_known(db, account_id, booking_id, None)
    async with db.tx(account_id) as tx:
        booking = await tx.get_one(BookingCopy, (account_id, booking_id))
        member.require(Permission.BOOKING_VIEW, location_id=booking.location_id)
        acts = await queries.acts(tx, account_id, booking_id)
        is_reversed = bool(acts) and acts[-1].act.kind == "reversal"
        state = payment_state(booking.net, booking.paid, after_reversal=is_reversed)
        return views.booking_settlement(booking, state, acts, words)


def _payment(body: bodies.NewPayment | bodies.NewTip) -> Payment:
    return Payment(body.payment_type.value, body.cash_register_id, body.amount.amount, body.amount.currency)


def _discount(body: bodies.NewDiscount | None) -> Discount | None:
    if body is None:
        return None
    amount = body.amount
    return Discount(amount.amount if amount else None, body.percent, body.reason, amount.currency if amount else None)


async def _booking_known(db: Database, account_id: UUID, booking_id: UUID, version: int | None) -> None:
    """Wait for the event of a booking that was made or changed a moment ago."""

    async def look_up() -> BookingCopy | None:
        async with db.tx(account_id) as tx:
            return await _find(tx, account_id, booking_id)

    booking = await wait_for_copy(booking_id, look_up)
    if booking is None:
        raise NotFound("booking")
    if version is None or booking.version >= version:
        return

    async def look_up_version() -> BookingCopy | None:
        found = await look_up()
        return found if found and found.version >= version else None

    # The version was made this moment, whatever the age of the booking.
    if await wait_for_copy(new_id(), look_up_version) is None:
        raise TemporarilyUnavailable("booking")


async def _find(tx: Tx, account_id: UUID, booking_id: UUID) -> BookingCopy | None:
    return await tx.get(BookingCopy, (account_id, booking_id))
