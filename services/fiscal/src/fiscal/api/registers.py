"""Cash registers and their Checkbox credentials."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal import queries
from fiscal.api import views
from fiscal.api.headers import version_of
from fiscal.api.known import require_location
from fiscal.api.words import Words, WordsDep
from fiscal.usecases.save_register import RegisterValues, add_register, change_register
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from kit.messaging import now_utc
from kit.secrets import SecretBox

router = APIRouter(prefix="/api/v1/accounts/{account_id}/cash-registers", tags=["cash registers"])


async def _box(request: Request) -> SecretBox:
    box: SecretBox = request.app.state.box
    return box


BoxDep = Annotated[SecretBox, Depends(_box)]


@router.get("", operation_id="list_cash_registers")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    payment_type: bodies.PaymentType | None = None,
    location_id: UUID | None = None,
) -> bodies.CashRegisters:
    """The registers of the member's scope; with a payment type or a location, those that serve it now."""
    _require_any(member, Permission.CASH_VIEW, Permission.SETTLEMENT_CREATE, Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        found = await queries.registers(tx, account_id, member.location_ids)
    if payment_type is not None:
        found = [shown for shown in found if shown.row.is_active and payment_type.value in shown.row.payment_types]
    if location_id is not None:
        found = [shown for shown in found if shown.row.location_id in (None, location_id)]
    sees_money = member.may(Permission.CASH_VIEW)
    items = [views.cash_register(shown, words, sees_money=sees_money) for shown in found]
    return bodies.CashRegisters(items=items)


@router.get("/{register_id}", operation_id="get_cash_register")
async def show_one(
    account_id: UUID, register_id: UUID, member: MemberDep, db: DbDep, words: WordsDep
) -> bodies.CashRegister:
    """One register."""
    _require_any(member, Permission.CASH_VIEW, Permission.SETTLEMENT_CREATE, Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        return await _shown(tx, member, register_id, words)


@router.post("", status_code=201, response_model=bodies.CashRegister, operation_id="add_cash_register")
async def add(
    account_id: UUID,
    body: bodies.NewCashRegister,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    box: BoxDep,
) -> Response:
    """Add a register. Credentials are stored sealed and never shown back; `check` tries them."""
    member.require(Permission.SETTINGS_INTEGRATIONS, location_id=body.location_id)
    if body.checkbox:
        member.require_fresh()
    await require_location(db, account_id, body.location_id)
    values = RegisterValues(
        name=body.name,
        payment_types=[kind.value for kind in body.payment_types],
        location_id=body.location_id,
        sets_location=True,
        checkbox=body.checkbox.model_dump(exclude_none=True) if body.checkbox else {},
        tax_codes=body.tax_codes,
    )
    async with db.tx(account_id) as tx:

        async def effect() -> bodies.CashRegister:
            register = await add_register(values, account_id, box, tx, now_utc())
            return await _shown(tx, member, register.id, words)

        return await once.run(tx, effect)


@router.patch("/{register_id}", operation_id="change_cash_register")
async def change(
    account_id: UUID,
    register_id: UUID,
    body: bodies.CashRegisterChanges,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    box: BoxDep,
    if_match: Annotated[str | None, Header(description="The version that was read.", max_length=40)] = None,
) -> bodies.CashRegister:
    """Change what is sent. New credentials let receipts go that waited for them."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    sent = body.model_fields_set
    if "checkbox" in sent:
        member.require_fresh()
    if "location_id" in sent:
        await require_location(db, account_id, body.location_id)
    values = RegisterValues(
        name=body.name,
        payment_types=[kind.value for kind in body.payment_types] if body.payment_types else None,
        location_id=body.location_id,
        sets_location="location_id" in sent,
        is_active=body.is_active,
        checkbox=body.checkbox.model_dump(exclude_none=True) if body.checkbox else {},
        drops_checkbox="checkbox" in sent and body.checkbox is None,
        tax_codes=body.tax_codes,
    )
    async with db.tx(account_id) as tx:
        await _shown(tx, member, register_id, words)  # in the member's scope, or not found
        await change_register(register_id, values, version_of(if_match), account_id, box, tx)
        return await _shown(tx, member, register_id, words)


async def _shown(tx: Tx, member: Member, register_id: UUID, words: Words) -> bodies.CashRegister:
    found = await queries.registers(tx, member.account_id, member.location_ids, register_id)
    if not found:
        raise NotFound("cash_register")
    return views.cash_register(found[0], words, sees_money=member.may(Permission.CASH_VIEW))


def _require_any(member: Member, *permissions: Permission) -> None:
    if not any(member.may(permission) for permission in permissions):
        member.require(permissions[0])
