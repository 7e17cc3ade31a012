"""What the product costs and what an account takes of it; SMS money is another purse."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header

from contracts.base import Money
from contracts.http import books
from contracts.permissions import Permission
from fiscal.api.headers import version_of
from fiscal.api.words import Words, WordsDep
from fiscal.book_tables import Subscription
from fiscal.domain.price_list import BASE, CURRENCY, EXTRAS, Extra, chosen, monthly_total
from fiscal.usecases.subscribe import choose_extras, subscription_of
from kit.edge import DbDep, MemberDep
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
        return _subscription(await subscription_of(tx, account_id), words)


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
        return _subscription(row, words)


def _subscription(row: Subscription | None, words: Words) -> books.Subscription:
    extras = chosen(row.extras if row else [])
    return books.Subscription(
        version=row.version if row else 0,
        state="active",
        plan="base",
        base=_price(BASE, words),
        extras=[_price(extra, words) for extra in extras],
        monthly_total=Money(amount=monthly_total(extras), currency=CURRENCY),
        changed_at=row.changed_at if row else None,
        changed_by_name=row.changed_by_name if row else None,
    )


def _price(extra: Extra, words: Words) -> books.PriceOfExtra:
    return books.PriceOfExtra(
        key=extra.key,
        name=words.texts.get(words.language, f"extra.{extra.key}"),
        description=words.texts.get(words.language, f"extra.{extra.key}.text"),
        price=Money(amount=extra.monthly, currency=CURRENCY),
        per="month",
    )
