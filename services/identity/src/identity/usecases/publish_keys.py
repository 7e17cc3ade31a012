"""Tell everybody which keys verify access tokens."""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from contracts.identity import SigningKey, SigningKeysPublished
from identity.keyring import Keyring
from identity.signing_key_tables import PublishedKey
from kit import access
from kit.db import Tx

REMEMBER_RETIRED = timedelta(days=30)
"""So long every publication repeats that a key has gone, for those who missed it."""


async def publish_keys(keyring: Keyring, tx: Tx, now: datetime) -> None:
    """Publish the keyring; a key that was published once and is no longer in it stops verifying."""
    for key in keyring.keys:
        row = {"kid": key.kid, "x": key.x, "first_published_at": now, "retired_at": None}
        adding = insert(PublishedKey).values(row)
        await tx.execute(adding.on_conflict_do_update(index_elements=["kid"], set_={"retired_at": None}))
    in_force = [key.kid for key in keyring.keys]
    await tx.execute(
        update(PublishedKey)
        .where(PublishedKey.kid.not_in(in_force), PublishedKey.retired_at.is_(None))
        .values(retired_at=now, sealed=None)
    )
    told = select(PublishedKey).where(
        PublishedKey.retired_at.is_(None) | (PublishedKey.retired_at > now - REMEMBER_RETIRED)
    )
    rows = await tx.scalars(told.order_by(PublishedKey.first_published_at, PublishedKey.kid))
    event = SigningKeysPublished(
        version=(await tx.execute(text("SELECT nextval('signing_keys_version')"))).scalar_one(),
        keys=tuple(SigningKey(kid=row.kid, x=row.x, retired_at=row.retired_at) for row in rows),
    )
    tx.emit(event)
    await access.copy_signing_keys(event, tx)
