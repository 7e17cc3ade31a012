"""Where signing keys come from: the file gives the first, and from then on identity makes a new one each month.

Those it makes lie sealed in its database, under a key derived from a secret outside, so that every process of the
service signs with the same one (docs/adr on the rotation of keys).
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select, text

from kit.db import Database, Tx
from kit.messaging import now_utc
from kit.secrets import SecretBox

from .domain import rotation
from .domain.rotation import Aged
from .keyring import Key, Keyring, key_of
from .signing_key_tables import PublishedKey

log = structlog.get_logger("signing keys")

READ_EVERY_S = 60.0
"""How old a process's knowledge of the keys may be; much less than the lead of a new key."""


class KeyStore:
    """The keys of this process, as the database last knew them."""

    def __init__(self, from_file: Keyring, pepper: bytes) -> None:
        self._file = from_file
        self._box = SecretBox(hmac.digest(pepper, b"signing keys", hashlib.sha256))
        self.ring = from_file
        self._read_at = float("-inf")

    async def fresh(self, db: Database) -> Keyring:
        """The keyring, read again when what is known is too old."""
        if time.monotonic() - self._read_at > READ_EVERY_S:
            async with db.system_tx() as tx:
                await self.read(tx, now_utc())
        return self.ring

    async def read(self, tx: Tx, now: datetime) -> Keyring:
        """The keyring of this moment. Needs a transaction of the system."""
        rows = (await tx.scalars(select(PublishedKey))).all()
        opened = [key for row in rows if row.sealed is not None and (key := self._open(row.kid, row.sealed))]
        known = {key.kid: key for key in (*self._file.keys, *opened)}
        aged = [key for key in self._aged(rows, now) if key.kid in known]
        first = rotation.signer(aged, now)
        # Keys behind the first of the file verify for as long as they stand there: that is its owner's will.
        verifying = {*rotation.in_force(aged, now), *(key.kid for key in self._file.keys[1:])}
        self.ring = Keyring([known[first], *(key for kid, key in known.items() if kid in verifying - {first})])
        self._read_at = time.monotonic()
        return self.ring

    async def rotate(self, tx: Tx, now: datetime) -> bool:
        """Make the next key when it is time; answers whether it was. Workers side by side make one."""
        await tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('signing_key'))"))
        rows = (await tx.scalars(select(PublishedKey))).all()
        if not rows or not rotation.is_new_one_due(self._aged(rows, now), now):
            return False
        private = Ed25519PrivateKey.generate()
        key = key_of(private)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        tx.add(
            PublishedKey(
                kid=key.kid,
                x=key.x,
                first_published_at=now,
                retired_at=None,
                sealed=self._box.seal(pem, key.kid),
                signs_from=now + rotation.LEAD,
            )
        )
        await tx.flush()
        return True

    def _aged(self, rows: Sequence[PublishedKey], now: datetime) -> list[Aged]:
        front = self._file.keys[0].kid
        published = {row.kid: row for row in rows}
        first_at = published[front].first_published_at if front in published else now
        made = [Aged(row.kid, row.signs_from) for row in rows if row.sealed is not None and row.signs_from is not None]
        return [Aged(front, first_at), *made]

    def _open(self, kid: str, sealed: bytes) -> Key | None:
        """The key, or none where the secret has changed since: then the first of the file signs again."""
        try:
            [key] = Keyring.from_pem(self._box.open(sealed, kid).encode()).keys
        except ValueError:
            log.error("a signing key does not open: the secret that sealed it has changed", kid=kid)
            return None
        return key
