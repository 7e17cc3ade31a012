"""Save what an account sets about its messages, and plan its coming visits anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.http.notifications import NotificationSettings
from kit.db import Tx
from kit.errors import StaleVersion
from notifications.rules import as_settings
from notifications.tables import SettingsRow

from .check_morning import plan_morning
from .copy_others import ask_to_replan


async def save_settings(
    tx: Tx, account_id: UUID, wanted: NotificationSettings, expected_version: int | None, now: datetime
) -> NotificationSettings:
    """Replace the settings; raises `StaleVersion` when they are not at `expected_version` any more."""
    first = insert(SettingsRow).values(account_id=account_id, version=0, body={})
    await tx.execute(first.on_conflict_do_nothing())
    row = (await tx.scalars(select(SettingsRow).where(SettingsRow.account_id == account_id).with_for_update())).one()
    if expected_version is not None and expected_version != row.version:
        raise StaleVersion(row.version)
    row.body = wanted.model_dump(mode="json", exclude={"version"})
    row.version += 1
    await ask_to_replan(tx, account_id, now)
    await plan_morning(tx, account_id, now)
    return as_settings(row)
