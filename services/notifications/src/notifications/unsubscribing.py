"""The link in a mail by which its reader ends such mails, without signing in: it proves itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

_IDS = 32
_PROOF = 16


@dataclass(frozen=True)
class Unsubscribing:
    """Makes and reads links; `key` is secret, and the same for as long as mails are kept."""

    key: bytes
    public_url: str

    @classmethod
    def of(cls, sealing_key: bytes, public_url: str) -> Unsubscribing:
        """With a key of its own made from the service's one."""
        return cls(hmac.new(sealing_key, b"unsubscribe", hashlib.sha256).digest(), public_url.rstrip("/"))

    def url(self, account_id: UUID, client_id: UUID) -> str:
        """Where a POST ends the account's mails to the client (RFC 8058)."""
        ids = account_id.bytes + client_id.bytes
        token = base64.urlsafe_b64encode(ids + self._proof(ids)).rstrip(b"=").decode()
        return f"{self.public_url}/api/v1/public/unsubscribe/{token}"

    def page(self, token: str) -> str:
        """Where a person with a browser says the same."""
        return f"{self.public_url}/unsubscribe/{quote(token, safe='')}"

    def read(self, token: str) -> tuple[UUID, UUID] | None:
        """Account and client of a link of ours; none for any other."""
        try:
            said = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            return None
        ids, proof = said[:_IDS], said[_IDS:]
        if len(ids) != _IDS or not hmac.compare_digest(proof, self._proof(ids)):
            return None
        return UUID(bytes=ids[:16]), UUID(bytes=ids[16:])

    def _proof(self, ids: bytes) -> bytes:
        return hmac.new(self.key, ids, hashlib.sha256).digest()[:_PROOF]
