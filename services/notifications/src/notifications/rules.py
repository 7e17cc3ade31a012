"""What an account has set, as the planner wants it; without a row the defaults hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from contracts.http.notifications import NotificationSettings, StaffKindSettings
from kit.db import Tx

from .domain.facts import STAFF_KINDS, ConfirmRule, Kind, Rules, StaffKindRule
from .domain.quiet_hours import QuietHours, QuietPolicy
from .tables import AccountCopy, SettingsRow


async def settings_of(tx: Tx, account_id: UUID) -> NotificationSettings:
    """The account's settings with their version; version 0 where nothing was ever changed."""
    row = await tx.get(SettingsRow, account_id)
    return as_settings(row)


def as_settings(row: SettingsRow | None) -> NotificationSettings:
    """A stored row as settings; what a newer version added has its default."""
    if row is None:
        return NotificationSettings()
    return NotificationSettings.model_validate({**row.body, "version": row.version})


@dataclass(frozen=True)
class House:
    """What the operator of the installation has set for every account."""

    undo_window: timedelta
    sendable: frozenset[str]
    """Channels with a way to send by."""
    moves_settle: timedelta = timedelta(seconds=60)


async def rules_of(tx: Tx, account_id: UUID, house: House) -> Rules:
    """The rules that hold for the account now."""
    both = select(AccountCopy, SettingsRow).outerjoin(SettingsRow, SettingsRow.account_id == AccountCopy.account_id)
    found = (await tx.execute(both.where(AccountCopy.account_id == account_id))).first()
    if found is None:  # settings may be there before the account was heard of
        return as_rules(await settings_of(tx, account_id), None, house)
    return as_rules(as_settings(found.SettingsRow), found.AccountCopy, house)


def as_rules(settings: NotificationSettings, account: AccountCopy | None, house: House) -> Rules:
    """Settings in the planner's own words; an account not yet heard of is like any other."""
    kinds = settings.client_kinds.model_dump()
    return Rules(
        account_is_active=account is None or account.is_active,
        confirm=_confirm_rule(account),
        account_is_demo=account is not None and account.is_demo,
        client_messages_on=settings.client_messages_on,
        client_kinds=frozenset(Kind(name) for name, is_on in kinds.items() if is_on),
        staff_kinds={kind: _staff_rule(settings, kind) for kind in STAFF_KINDS},
        reminder_3d_before=timedelta(minutes=settings.offsets.reminder_3d_min),
        reminder_eve_at=settings.offsets.reminder_eve_at,
        reminder_3h_before=timedelta(minutes=settings.offsets.reminder_3h_min),
        review_after=timedelta(minutes=settings.offsets.review_after_min),
        client_channels={Kind(name): channel for name, channel in settings.client_channels.model_dump().items()},
        quiet=as_quiet_hours(settings),
        merge_same_day=settings.merge_same_day,
        undo_window=house.undo_window,
        moves_settle=house.moves_settle,
        sendable=house.sendable,
    )


def _confirm_rule(account: AccountCopy | None) -> ConfirmRule | None:
    if account is None or account.unconfirmed == "nothing":
        return None
    return ConfirmRule(timedelta(minutes=account.confirm_cutoff_min), account.unconfirmed == "release")


def _staff_rule(settings: NotificationSettings, kind: Kind) -> StaffKindRule:
    rule: StaffKindSettings = getattr(settings.staff_kinds, kind)
    return StaffKindRule(rule.enabled, frozenset(rule.recipients))


def as_quiet_hours(settings: NotificationSettings) -> QuietHours:
    """The quiet hours alone, for the last look before sending."""
    quiet = settings.quiet_hours
    return QuietHours(quiet.starts, quiet.ends, QuietPolicy(quiet.policy), quiet.enabled)
