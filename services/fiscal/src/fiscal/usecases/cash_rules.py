"""What an account allows with its money: how far back, and when a second person is needed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from contracts.permissions import Permission
from fiscal.book_tables import CashRules
from fiscal.domain.days import OperatingDay, operating_day
from fiscal.errors import SafeguardOwnerOnly, SecondPersonNeeded
from fiscal.usecases.ledger import Approval
from kit.access import Member
from kit.db import Tx
from kit.errors import StaleVersion
from kit.tables import MemberCopy

_SAFEGUARDS = ("back_dating_needs_two", "reversal_needs_two")
OWNER = "owner"
SYSTEM = "system"
"""Role of the product itself where it acts in an account."""


@dataclass(frozen=True)
class RulesChange:
    """None leaves a rule as it is."""

    back_days_limit: int | None = None
    back_dating_needs_two: bool | None = None
    reversal_needs_two: bool | None = None
    discount_rounding: int | None = None


async def rules_of(tx: Tx, account_id: UUID) -> CashRules:
    """The rules of the account, or the defaults where it never changed any."""
    found = await tx.get(CashRules, account_id)
    return found or CashRules(
        account_id=account_id,
        version=0,
        back_days_limit=30,
        back_dating_needs_two=False,
        reversal_needs_two=False,
        discount_rounding=1,
    )


async def change_rules(change: RulesChange, if_version: int | None, member: Member, tx: Tx) -> CashRules:
    """Save what is given; raises `StaleVersion`, and `SafeguardOwnerOnly` when one person shall be enough again."""
    member.require(Permission.SETTINGS_ACCOUNT)
    rules = await tx.get(CashRules, member.account_id, with_for_update=True) or await rules_of(tx, member.account_id)
    if if_version is not None and rules.version != if_version:
        raise StaleVersion(rules.version)
    if any(getattr(rules, name) and getattr(change, name) is False for name in _SAFEGUARDS):
        await _require_owner(tx, member)
    for name, value in vars(change).items():
        if value is not None:
            setattr(rules, name, value)
    rules.version += 1
    tx.add(rules)
    await tx.flush()
    return rules


async def _require_owner(tx: Tx, member: Member) -> None:
    if member.role == OWNER:
        member.require_fresh()
        return
    owners = select(MemberCopy.name).where(
        MemberCopy.account_id == member.account_id, MemberCopy.is_active, MemberCopy.role == OWNER
    )
    raise SafeguardOwnerOnly(sorted(await tx.scalars(owners)))


async def day_for(
    tx: Tx, wanted: date | None, member: Member, now: datetime, zone: ZoneInfo, approval: Approval | None = None
) -> OperatingDay:
    """The operating day; any other than today needs the right to choose it, and may need a second person.

    Raises `OperatingDayInFuture`, `OperatingDayTooOld`, `SecondPersonNeeded`.
    """
    rules = await rules_of(tx, member.account_id)
    # What was asked for in time may be approved later.
    limit = None if approval is not None else rules.back_days_limit
    day = operating_day(wanted, now, zone, limit)
    if day.is_back_dated:
        member.require(Permission.OPERATING_DAY_CHOOSE)
        if rules.back_dating_needs_two and approval is None:
            raise SecondPersonNeeded("back_dated")
    return day


async def require_second_for_reversal(tx: Tx, member: Member, approval: Approval | None) -> None:
    """Raise `SecondPersonNeeded` where the account lets nobody take money back alone.

    The product itself asks nobody: it writes down what an acquirer has done already.
    """
    if approval is not None or member.role == SYSTEM:
        return
    if (await rules_of(tx, member.account_id)).reversal_needs_two:
        raise SecondPersonNeeded("reversal")
