"""Commands with money that wait until a second person approves them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from fiscal.book_tables import CashRequest
from fiscal.errors import RequestDecided, SecondPersonNeeded
from fiscal.payment_tables import Prepayment
from fiscal.tables import BookingCopy, CashOperation, CashRegister
from fiscal.usecases.cash_operations import (
    Correction,
    NewOperation,
    ReverseOperation,
    correct_operation,
    currency_of,
    record_operation,
    reverse_operation,
)
from fiscal.usecases.close_day import CloseDay, close_day
from fiscal.usecases.ledger import Approval
from fiscal.usecases.payments.refund_payment import RefundPrepayment, refund_prepayment
from fiscal.usecases.reverse_settlement import ReverseSettlement, reverse_settlement
from fiscal.usecases.settle_booking import SettleBooking, settle_booking
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id

Command = SettleBooking | ReverseSettlement | RefundPrepayment | NewOperation | Correction | ReverseOperation | CloseDay
Do = Callable[[Any, Member, Tx, datetime, Approval | None], Awaitable[object]]


@dataclass(frozen=True)
class _Act:
    adapter: TypeAdapter[Any]
    do: Do


_ACTS: dict[str, _Act] = {
    "settle": _Act(TypeAdapter(SettleBooking), settle_booking),
    "give_back": _Act(TypeAdapter(ReverseSettlement), reverse_settlement),
    "refund": _Act(TypeAdapter(RefundPrepayment), refund_prepayment),
    "record": _Act(TypeAdapter(NewOperation), record_operation),
    "correct": _Act(TypeAdapter(Correction), correct_operation),
    "reverse": _Act(TypeAdapter(ReverseOperation), reverse_operation),
    "count": _Act(TypeAdapter(CloseDay), close_day),
}
_NAMES: dict[type[Command], str] = {
    SettleBooking: "settle",
    ReverseSettlement: "give_back",
    RefundPrepayment: "refund",
    NewOperation: "record",
    Correction: "correct",
    ReverseOperation: "reverse",
    CloseDay: "count",
}


_SAID = ("reason", "comment", "explanation")


async def ask_for_second(command: Command, cause: str, member: Member, tx: Tx, now: datetime) -> CashRequest:
    """Keep a command that was found right but may not be done by one person alone.

    Raises `PersonRequired` for a program: whoever keeps its key would be both of the two.
    """
    member.caller.require_person()
    name = _NAMES[type(command)]
    location_id, amount = await _place_and_sum(command, member, tx)
    request = CashRequest(
        account_id=member.account_id,
        id=new_id(),
        act=name,
        command=_ACTS[name].adapter.dump_python(command, mode="json"),
        cause=cause,
        location_id=location_id,
        amount=amount,
        currency=await currency_of(tx, member.account_id),
        reason=next((said for name in _SAID if (said := getattr(command, name, None))), None),
        state="pending",
        requested_at=now,
        requested_by=member.caller.user_id,
        requested_by_name=member.name,
    )
    tx.add(request)
    await tx.flush()
    return request


async def approve_request(request_id: UUID, member: Member, tx: Tx, now: datetime) -> CashRequest:
    """Do what was asked for, in the asker's name; the second person needs the rights that the act itself needs.

    Raises `SecondPersonNeeded` for the asker, `PersonRequired` for a program, `RequestDecided`, and whatever the act
    refuses by now.
    """
    member.caller.require_person()
    request = await _pending(tx, member, request_id)
    if request.requested_by == member.caller.user_id:
        raise SecondPersonNeeded(request.cause)
    act = _ACTS[request.act]
    asked = Approval(request.requested_by, request.requested_by_name)
    await act.do(act.adapter.validate_python(request.command), member, tx, now, asked)
    return await _decide(tx, request, "approved", member, now)


async def decline_request(request_id: UUID, member: Member, tx: Tx, now: datetime) -> CashRequest:
    """Let the request go; whoever asked may do so too."""
    return await _decide(tx, await _pending(tx, member, request_id), "declined", member, now)


async def _decide(tx: Tx, request: CashRequest, state: str, member: Member, now: datetime) -> CashRequest:
    request.state = state
    request.version += 1
    request.decided_at = now
    request.decided_by, request.decided_by_name = member.caller.user_id, member.name
    await tx.flush()
    return request


async def _pending(tx: Tx, member: Member, request_id: UUID) -> CashRequest:
    request = await tx.get(CashRequest, (member.account_id, request_id), with_for_update=True)
    if request is None or (request.location_id is not None and not member.covers(request.location_id)):
        raise NotFound("cash_request")
    if request.state != "pending":
        raise RequestDecided(request.state)
    return request


async def _place_and_sum(command: Command, member: Member, tx: Tx) -> tuple[UUID | None, int | None]:
    if isinstance(command, SettleBooking | ReverseSettlement):
        booking = await tx.get_one(BookingCopy, (member.account_id, command.booking_id))
        if isinstance(command, ReverseSettlement):
            return booking.location_id, command.amount
        return booking.location_id, sum(payment.amount for payment in command.payments)
    if isinstance(command, RefundPrepayment):
        asked = await tx.get_one(Prepayment, (member.account_id, command.prepayment_id))
        booking = await tx.get_one(BookingCopy, (member.account_id, asked.booking_id))
        return booking.location_id, command.amount or asked.amount
    if isinstance(command, NewOperation | CloseDay):
        register = await tx.get_one(CashRegister, (member.account_id, command.cash_register_id))
        return register.location_id, command.counted if isinstance(command, CloseDay) else command.amount
    line = await tx.get_one(CashOperation, (member.account_id, command.operation_id))
    register = await tx.get_one(CashRegister, (member.account_id, line.cash_register_id))
    return register.location_id, abs(line.amount)
