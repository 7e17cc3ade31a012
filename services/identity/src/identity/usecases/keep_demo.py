"""The demo account: a fresh one every day, so that yesterday's visitors leave nothing behind."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from contracts.http.identity import AccountBody
from contracts.identity import AccountChanged, MembershipRemoved
from identity.errors import DemoOnlyShows
from identity.tables import Account, Membership, User
from kit.db import Database, Tx
from kit.ids import new_id

from .audit import CLOCK, audit_account
from .register_account import register_account
from .register_user import register_user
from .tell_account import tell_account
from .tell_membership import tell_membership

DEMO_PHONE = "+380000000000"
"""No network has such numbers: nobody can sign in with it, and nothing can be sent to it."""

_LOCK = 7_236_401


async def keep_demo(db: Database, now: datetime) -> UUID | None:
    """Open today's demo account and close yesterday's; answers the new one, or none where it stands already."""
    day = now.astimezone(ZoneInfo("Europe/Kyiv")).date()
    address = f"demo-{day:%Y%m%d}"
    async with db.system_tx() as tx:
        await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        former = (await tx.scalars(select(Account).where(Account.is_demo, Account.is_active))).all()
        user = await register_user(DEMO_PHONE, tx, now, language="uk")
        user.name = "Демо"
    opened = None
    if not any(account.vanity_address == address for account in former):
        opened = new_id()
        body = AccountBody(name="Салон «Демо»", vanity_address=address, city="Київ")
        async with db.tx(opened) as tx:
            await register_account(opened, body, user, tx, now, is_demo=True)
    for account in former:
        if account.vanity_address != address:
            async with db.tx(account.id) as tx:
                await _close(account.id, tx, now)
    return opened


def check_leaves_demo(user: User) -> None:
    """Raise `DemoOnlyShows` for the person of the demo, where an act would be the visitor's own."""
    if user.phone_e164 == DEMO_PHONE:
        raise DemoOnlyShows


async def todays_demo(tx: Tx) -> tuple[Account, User] | None:
    """The demo account in force with the person who shows it. Needs a transaction of the system."""
    newest = select(Account).where(Account.is_demo, Account.is_active).order_by(Account.created_at.desc()).limit(1)
    account = (await tx.scalars(newest)).first()
    user = (await tx.scalars(select(User).where(User.phone_e164 == DEMO_PHONE))).first()
    return (account, user) if account and user else None


async def _close(account_id: UUID, tx: Tx, now: datetime) -> None:
    account = await tx.get_one(Account, account_id, with_for_update=True)
    if not account.is_active:
        return
    account.is_active = False
    account.unlisted = True
    account.version += 1
    changes = [{"field": "is_active", "before": True, "after": False}]
    audit_account("account.changed", account, changes, CLOCK, tx, now)
    await tell_account(AccountChanged, account, tx)
    active = select(Membership).where(Membership.account_id == account_id, Membership.removed_at.is_(None))
    for membership in (await tx.scalars(active.with_for_update())).all():
        membership.removed_at = now
        membership.version += 1
        await tell_membership(MembershipRemoved, membership, await tx.get_one(User, membership.user_id), tx)
