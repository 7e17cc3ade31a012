"""What the product costs and what an account takes of it; SMS money is another purse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from contracts.base import Money
from contracts.http import books, payments
from contracts.permissions import Permission
from fiscal.api.acquiring import AcquiringDep, top_up
from fiscal.api.headers import version_of
from fiscal.api.platform_orders import begin_order, order_of, orders_of
from fiscal.api.words import Words, WordsDep
from fiscal.book_tables import Subscription
from fiscal.domain.price_list import BASE, CURRENCY, EXTRAS, Extra, chosen, is_paid, monthly_total, payable
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.pay_subscription import paid_until, start_paying_subscription
from fiscal.usecases.subscribe import choose_extras, subscription_of
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep
from kit.messaging import now_utc

public = APIRouter(prefix="/api/v1/price-list", tags=["subscription"])
router = APIRouter(prefix="/api/v1/accounts/{account_id}/subscription", tags=["subscription"])


@public.get("", operation_id="get_price_list")
async def price_list(words: WordsDep) -> books.PriceList:
    """The prices, for everybody: the base costs nothing."""
    return books.PriceList(
        currency=CURRENCY,
        base=_price(BASE, words),
        extras=[_price(extra, words) for extra in EXTRAS],
        note=words.texts.get(words.language, "price_list.note"),
    )


@router.get("", operation_id="get_subscription")
async def show(account_id: UUID, member: MemberDep, db: DbDep, words: WordsDep) -> books.Subscription:
    """What the account takes and pays for a month."""
    if not member.may(Permission.PAYMENTS_TOP_UP):
        member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(account_id) as tx:
        row, until = await subscription_of(tx, account_id), await paid_until(tx, account_id)
        return _subscription(row, until, words, now_utc())


@router.put("", operation_id="choose_extras")
async def choose(
    account_id: UUID,
    body: books.SubscriptionChanges,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    if_match: Annotated[str | None, Header(description="The version that was read.", max_length=40)] = None,
) -> books.Subscription:
    """Take these extras and no others."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(account_id) as tx:
        row = await choose_extras(body.extras, version_of(if_match), member, tx, now_utc())
        return _subscription(row, await paid_until(tx, account_id), words, now_utc())


@router.post(
    "/payments",
    status_code=201,
    response_model=payments.SubscriptionPayment,
    operation_id="pay_subscription",
)
async def pay(
    account_id: UUID,
    member: MemberDep,
    once: OnceDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    body: payments.NewSubscriptionPayment | None = None,
) -> Response:
    """Begin to pay for a month of every extra that is to be paid: the answer leads to the acquirer."""
    member.require(Permission.PAYMENTS_TOP_UP)
    provider = body.provider.value if body and body.provider else None

    async def begin(tx: Tx) -> CardPayment:
        return await start_paying_subscription(provider, acquiring, member, tx, now_utc())

    return await begin_order(
        acquiring, account_id, once, begin, lambda payment: _payment(payment, words), back="plan?payment"
    )


@router.get("/payments", operation_id="list_subscription_payments")
async def paid(
    account_id: UUID,
    member: MemberDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> payments.SubscriptionPayments:
    """Orders for the subscription, newest first, and where one can be paid."""
    member.require(Permission.PAYMENTS_TOP_UP)
    found, next_cursor = await orders_of(acquiring, account_id, "subscription", cursor, limit)
    return payments.SubscriptionPayments(
        items=[_payment(payment, words) for payment in found],
        providers=[payments.AcquirerName(name) for name in acquiring.platform],
        next_cursor=next_cursor,
    )


@router.get("/payments/{payment_id}", operation_id="get_subscription_payment")
async def show_payment(
    account_id: UUID, payment_id: UUID, member: MemberDep, words: WordsDep, acquiring: AcquiringDep
) -> payments.SubscriptionPayment:
    """One order: the page that the payer returns to asks for it until it has ended."""
    member.require(Permission.PAYMENTS_TOP_UP)
    return _payment(await order_of(acquiring, account_id, "subscription", payment_id), words)


def _payment(payment: CardPayment, words: Words) -> payments.SubscriptionPayment:
    return payments.SubscriptionPayment(**dict(top_up(payment, words)), extras=list(payment.extras))


def _subscription(
    row: Subscription | None, until: Mapping[str, datetime], words: Words, now: datetime
) -> books.Subscription:
    extras = chosen(row.extras if row else [])
    due = payable(extras, until, now)
    return books.Subscription(
        version=row.version if row else 0,
        state="active" if is_paid(extras, until, now) else "unpaid",
        plan="base",
        base=_price(BASE, words),
        extras=[_price(extra, words, until.get(extra.key)) for extra in extras],
        monthly_total=Money(amount=monthly_total(extras), currency=CURRENCY),
        due=Money(amount=monthly_total(due), currency=CURRENCY) if due else None,
        changed_at=row.changed_at if row else None,
        changed_by_name=row.changed_by_name if row else None,
    )


def _price(extra: Extra, words: Words, until: datetime | None = None) -> books.PriceOfExtra:
    return books.PriceOfExtra(
        key=extra.key,
        name=words.texts.get(words.language, f"extra.{extra.key}"),
        description=words.texts.get(words.language, f"extra.{extra.key}.text"),
        price=Money(amount=extra.monthly, currency=CURRENCY),
        per="month",
        paid_until=until,
    )
