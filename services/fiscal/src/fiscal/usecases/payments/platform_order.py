"""An order to the platform's own shop."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fiscal.domain.price_list import CURRENCY
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.acquiring import Acquiring
from kit.access import Member
from kit.ids import new_id

VALID_FOR = timedelta(hours=24)


def platform_order(
    acquiring: Acquiring,
    member: Member,
    kind: str,
    provider: str,
    amount: int,
    description: str,
    now: datetime,
    *,
    extras: Sequence[str] = (),
) -> CardPayment:
    """The new order, in kopecks; it is asked about until it has ended."""
    return CardPayment(
        account_id=member.account_id,
        id=new_id(),
        version=0,
        kind=kind,
        provider=provider,
        acquirer_account_id=None,
        prepayment_id=None,
        amount=amount,
        currency=CURRENCY,
        description=description,
        extras=list(extras),
        state="pending",
        created_at=now,
        created_by=member.caller.user_id,
        created_by_name=member.name,
        valid_until=now + VALID_FOR,
        next_check_at=now + acquiring.pace.check(0),
        checks=0,
    )
