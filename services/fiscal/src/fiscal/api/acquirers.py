"""The account's shops at acquirers, and the rules of asking for money in advance."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.dialects.postgresql import insert

from contracts.http import payments as bodies
from contracts.permissions import Permission
from fiscal.api.acquiring import AcquiringDep, shop
from fiscal.payment_tables import PrepaymentRules
from fiscal.usecases.payments.acquiring import current_shops
from fiscal.usecases.payments.ask_prepayment import require_shop_and_register
from fiscal.usecases.payments.save_shop import Shop, leave_shop, save_shop
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["payments"])


@router.get("/acquirers", operation_id="list_acquirers")
async def show(account_id: UUID, member: MemberDep, db: DbDep, acquiring: AcquiringDep) -> bodies.Acquirers:
    """The shops that prepayments are paid to."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        return bodies.Acquirers(items=[shop(acquiring, row) for row in await current_shops(tx, account_id)])


@router.get("/acquirers/prepayment-rules", operation_id="get_prepayment_rules")
async def rules(account_id: UUID, member: MemberDep, db: DbDep) -> bodies.PrepaymentRulesShown:
    """Which new bookings are asked for money in advance; of a new account none."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        row = await tx.get(PrepaymentRules, account_id)
    if row is None:
        return _rules(bodies.PrepaymentRules(is_on=False))
    return bodies.PrepaymentRulesShown(
        is_on=row.is_on, share_percent=row.share_percent, pay_within_min=row.pay_within_min, sources=row.sources
    )


@router.put("/acquirers/prepayment-rules", operation_id="set_prepayment_rules")
async def set_rules(
    account_id: UUID, body: bodies.PrepaymentRules, member: MemberDep, db: DbDep
) -> bodies.PrepaymentRulesShown:
    """Set the rules. To switch them on there must be a shop and a register for online payments."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    values = {
        "is_on": body.is_on,
        "share_percent": body.share_percent,
        "pay_within_min": body.pay_within_min,
        "sources": sorted(set(body.sources)),
    }
    async with db.tx(account_id) as tx:
        if body.is_on:
            await require_shop_and_register(tx, account_id)
        statement = insert(PrepaymentRules).values(account_id=account_id, version=1, **values)
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id"], set_={**values, "version": PrepaymentRules.version + 1}
            )
        )
    return _rules(body)


@router.put("/acquirers/{provider}", operation_id="set_acquirer")
async def put(
    account_id: UUID,
    provider: bodies.AcquirerName,
    body: bodies.NewAcquirer,
    member: MemberDep,
    db: DbDep,
    acquiring: AcquiringDep,
) -> bodies.AcquirerShown:
    """Use these keys for new orders. They are stored sealed and never shown back."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    member.require_fresh()
    if provider is not bodies.AcquirerName.MONOBANK and not body.merchant:
        raise InvalidInput.of("/merchant", "missing")
    if provider is bodies.AcquirerName.WAYFORPAY and not body.domain:
        raise InvalidInput.of("/domain", "missing")
    wanted = Shop(provider.value, body.merchant, body.secret, body.domain, body.takes_tests)
    async with db.tx(account_id) as tx:
        return shop(acquiring, await save_shop(wanted, account_id, acquiring.box, tx, now_utc()))


@router.delete("/acquirers/{provider}", operation_id="remove_acquirer")
async def remove(
    account_id: UUID, provider: bodies.AcquirerName, member: MemberDep, db: DbDep, acquiring: AcquiringDep
) -> bodies.Acquirers:
    """Make no new orders there; those under way come to their end."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        await leave_shop(provider.value, account_id, tx)
        return bodies.Acquirers(items=[shop(acquiring, row) for row in await current_shops(tx, account_id)])


def _rules(body: bodies.PrepaymentRules) -> bodies.PrepaymentRulesShown:
    return bodies.PrepaymentRulesShown(
        is_on=body.is_on,
        share_percent=body.share_percent,
        pay_within_min=body.pay_within_min,
        sources=sorted(set(body.sources)),
    )
