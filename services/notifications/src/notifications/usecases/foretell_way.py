"""Which provider would take a message now, or what it would wait for: the choice of the sender, without sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kit.db import Tx
from notifications.domain.carriers import VOICE_PROVIDERS, Channel
from notifications.domain.reasons import Reason
from notifications.domain.routing import INTEGRICA, Hold, Route, choose
from notifications.tables import ProviderAccount, SmsBalanceRow


@dataclass(frozen=True)
class Way:
    """By whom, at what price in minor units (none where it is not paid from the own balance), and what stands against
    it."""

    provider: str | None
    price: int | None
    obstacle: Reason | None = None


async def foretell_way(tx: Tx, account_id: UUID, channel: str, price: int, set_aside: int) -> Way:
    """The way of a message by `channel` that costs `price` minor units on the own balance.

    `set_aside` of it is left alone, for what is to go before long.
    """
    carrier = Channel(channel)
    if carrier.platform_provider is not None:
        return Way(carrier.platform_provider, None)
    accounts = await providers_of(tx, account_id, carrier)
    balance = await tx.get(SmsBalanceRow, account_id)
    can_pay = balance is not None and balance.free_amount - set_aside >= price
    chosen = choose([Route(one.provider, one.state, one.provider != INTEGRICA or can_pay) for one in accounts], ())
    own = price if chosen.provider == INTEGRICA else None
    return Way(chosen.provider, own, chosen.reason if isinstance(chosen, Hold) else None)


async def providers_of(tx: Tx, account_id: UUID, channel: Channel) -> Sequence[ProviderAccount]:
    """The account's providers for a channel, in its order."""
    row = ProviderAccount
    query = select(row).where(row.account_id == account_id, row.enabled).order_by(row.position, row.provider)
    if channel is Channel.VOICE:
        query = query.where(row.provider.in_(VOICE_PROVIDERS))
    return (await tx.scalars(query)).all()
