"""Make a key for a program."""

from datetime import datetime, timedelta

from contracts.http.api_keys import ApiKeyBody
from identity.api_key_tables import ApiKeyRow
from identity.domain import api_keys, grants
from identity.usecases.audit import Actor, audit_api_key, changes_between
from kit.access import Member
from kit.db import Tx
from kit.ids import new_id


async def make_api_key(command: ApiKeyBody, actor: Member, tx: Tx, now: datetime) -> tuple[ApiKeyRow, str]:
    """The new key's row and the key, which is shown this once. Raises `GrantExceedsOwn`."""
    scope = None if command.location_ids is None else frozenset(command.location_ids)
    # Without ends: a key never does more than its keeper may at that moment.
    wanted = grants.Held(frozenset(command.permissions), scope=scope)
    own = grants.Held(actor.permissions, scope=actor.location_ids)
    grants.check_grant(grants.NOTHING, wanted, own, actor.holders)
    key = api_keys.new_key()
    row = ApiKeyRow(
        account_id=actor.account_id,
        id=new_id(),
        name=command.name,
        hash=api_keys.hash_of(key),
        hint=api_keys.hint_of(key),
        session_id=new_id(),
        permissions=sorted(command.permissions),
        location_ids=None if scope is None else sorted(scope),
        kept_by=actor.caller.user_id,
        created_at=now,
        expires_at=None if command.expires_in_days is None else now + timedelta(days=command.expires_in_days),
    )
    tx.add(row)
    made = {
        "permissions": row.permissions,
        "location_ids": None if row.location_ids is None else [str(one) for one in row.location_ids],
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }
    actor_ = Actor(actor.caller.user_id, actor.name)
    audit_api_key("api_key.made", actor.account_id, row.id, row.name, changes_between({}, made), actor_, tx, now)
    return row, key
