"""What an account has set, as the planner wants it; without a row the defaults hold."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from contracts.http.notifications import NotificationSettings
from kit.db import Tx

from .domain.facts import Kind, Rules, StaffKindRule
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


async def rules_of(tx: Tx, account_id: UUID, undo_window: timedelta) -> Rules:
    """The rules that hold for the account now."""
    account = await tx.get(AccountCopy, account_id)
    return as_rules(await settings_of(tx, account_id), account is None or account.is_active, undo_window)


def as_rules(settings: NotificationSettings, is_active: bool, undo_window: timedelta) -> Rules:
    """Settings in the planner's own words."""
    kinds = settings.client_kinds.model_dump()
    staff = {
        Kind.CREATED: settings.staff_kinds.created,
        Kind.RESCHEDULED: settings.staff_kinds.rescheduled,
        Kind.CANCELLED: settings.staff_kinds.cancelled,
    }
    return Rules(
        account_is_active=is_active,
        client_messages_on=settings.client_messages_on,
        client_kinds=frozenset(Kind(name) for name, is_on in kinds.items() if is_on),
        staff_kinds={kind: StaffKindRule(rule.enabled, frozenset(rule.recipients)) for kind, rule in staff.items()},
        reminder_3d_before=timedelta(minutes=settings.offsets.reminder_3d_min),
        reminder_eve_at=settings.offsets.reminder_eve_at,
        reminder_3h_before=timedelta(minutes=settings.offsets.reminder_3h_min),
        quiet=as_quiet_hours(settings),
        merge_same_day=settings.merge_same_day,
        undo_window=undo_window,
    )


def as_quiet_hours(settings: NotificationSettings) -> QuietHours:
    """The quiet hours alone, for the last look before sending."""
    quiet = settings.quiet_hours
    return QuietHours(quiet.starts, quiet.ends, QuietPolicy(quiet.policy), quiet.enabled)
