"""What every step of a payment by card needs: the acquirers, and the shop that gets the money."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select, text

from fiscal.domain.card_payments import PaymentPace
from fiscal.payment_tables import AcquirerAccount, CardPayment, Prepayment
from fiscal.providers.acquirers.words import Acquirer, Merchant
from kit.access import Caller, Member
from kit.db import Database, Tx, name_account
from kit.secrets import SecretBox
from kit.settings import read_secret

CHANNEL = "payments"
PROVIDERS = ("liqpay", "monobank", "wayforpay")
TITLES = {"liqpay": "LiqPay", "monobank": "monobank", "wayforpay": "WayForPay"}
SIMULATED_SECRETS = frozenset({"test_private", "good-token", "test_secret"})
"""What the simulated acquirers know their shops by."""
NOBODY = UUID(int=0)
"""Who acts when no person does."""


log = structlog.get_logger("payments")


@dataclass(frozen=True)
class Acquiring:
    """The acquirers and the platform's own shops; top-ups are paid to those, prepayments to the account's."""

    db: Database
    acquirers: Mapping[str, Acquirer]
    platform: Mapping[str, Merchant]
    box: SecretBox
    pace: PaymentPace
    public_url: str
    callbacks_url: str

    def notice_url(self, provider: str) -> str:
        """Where the acquirer calls."""
        return f"{self.callbacks_url}/callbacks/payments/{provider}"

    def pay_url(self, prepayment_id: UUID) -> str:
        """The link that a client gets."""
        return f"{self.public_url}/pay/{prepayment_id}"

    async def merchant_of(self, tx: Tx, payment: CardPayment) -> Merchant | None:
        """The shop that an order was made with; none when the platform no longer has it."""
        if payment.acquirer_account_id is None:
            return self.platform.get(payment.provider)
        row = await tx.get_one(AcquirerAccount, (payment.account_id, payment.acquirer_account_id))
        return self.open_merchant(row)

    def open_merchant(self, row: AcquirerAccount) -> Merchant:
        """The keys of a shop."""
        kept = json.loads(self.box.open(row.sealed, owner_of(row)))
        return Merchant(kept["id"], kept["secret"], kept["domain"], row.takes_tests)


def owner_of(row: AcquirerAccount) -> str:
    """What sealed keys are bound to."""
    return f"{row.account_id}:acquirer:{row.id}"


async def lock_order(tx: Tx, account_id: UUID, payment_id: UUID) -> CardPayment:
    """The order, locked after the prepayment that it is to pay: so whoever locks both never meets another half way."""
    of_order = select(CardPayment.prepayment_id).where(
        CardPayment.account_id == account_id, CardPayment.id == payment_id
    )
    prepayment_id = await tx.scalar(of_order)
    if prepayment_id is not None:
        await tx.get_one(Prepayment, (account_id, prepayment_id), with_for_update=True)
    return await tx.get_one(CardPayment, (account_id, payment_id), with_for_update=True, populate_existing=True)


async def current_shops(tx: Tx, account_id: UUID) -> list[AcquirerAccount]:
    """The account's shops, the one that was set up first in front."""
    rows = await tx.scalars(
        select(AcquirerAccount)
        .where(AcquirerAccount.account_id == account_id, AcquirerAccount.is_current)
        .order_by(AcquirerAccount.created_at, AcquirerAccount.id)
    )
    return list(rows)


def acting(account_id: UUID, provider: str, permissions: frozenset[str]) -> Member:
    """The product itself as the author of an act, under the name of the acquirer whose word it carries out."""
    return Member(
        caller=Caller(NOBODY, NOBODY, ""),
        account_id=account_id,
        name=TITLES.get(provider, provider),
        role="system",
        permissions=permissions,
        location_ids=None,
        staff_member_id=None,
    )


async def work_for(tx: Tx, account_id: UUID) -> None:
    """Let a transaction that spans accounts go on as one of this account alone."""
    await tx.execute(text("SET LOCAL ROLE NONE"))
    await name_account(tx, account_id)


def platform_shops(path: Path | None, *, is_public: bool) -> dict[str, Merchant]:
    """The platform's own shops; none where no file is named. Raises `SystemExit` with what is wrong in it.

    Where the world comes in, shops with the keys of the simulators are left out: everybody knows those keys, and could
    sign a notice that a top-up was paid.
    """
    if path is None:
        return {}
    try:
        told = json.loads(read_secret(path, "keys of the platform's shops"))
        shops = {
            name: Merchant(
                str(told[name].get("id") or name),
                str(told[name]["secret"]),
                str(told[name].get("domain", "")),
                bool(told[name].get("takes_tests", False)),
            )
            for name in PROVIDERS
            if name in told
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SystemExit(f"{path} does not hold the keys of acquirers as JSON: {error!r}.") from None
    known = [name for name, shop in shops.items() if is_public and shop.secret in SIMULATED_SECRETS]
    if known:
        log.error("shops left out: they have the keys of the simulators", providers=known, file=str(path))
    return {name: shop for name, shop in shops.items() if name not in known}
