"""Web push: a message for one browser, encrypted for it (RFC 8291) and signed with the platform's key (RFC 8292)."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kit.providers import Answer, CallFailed, Reached
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown

from .public_addresses import PublicHttp

SIGNED_FOR_S = 12 * 3600
PAYLOAD_LIMIT_BYTES = 3_000
_TAKEN = frozenset({200, 201, 202})
_GONE = frozenset({404, 410})


@dataclass(frozen=True)
class Subscription:
    """Where one browser wants its messages, and the keys that only it can open them with (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Vapid:
    """The platform's key pair; subscriptions are bound to it, so a new one ends them all.

    `private_key` is the raw P-256 number in base64url, `contact` a `mailto:` or `https:` address of the operator.
    """

    private_key: str
    contact: str

    @property
    def public_key(self) -> str:
        """What a browser needs to subscribe: the uncompressed point, base64url without padding."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        point: bytes = self._key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, endpoint: str, now_s: float) -> str:
        """The header that tells a push service who sends; it holds for the origin of `endpoint` alone."""
        import jwt

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(now_s) + SIGNED_FOR_S,
            "sub": self.contact,
        }
        return f"vapid t={jwt.encode(claims, self._key(), algorithm='ES256')}, k={self.public_key}"

    def _key(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric import ec

        return ec.derive_private_key(int.from_bytes(_raw(self.private_key)), ec.SECP256R1())


@dataclass(frozen=True)
class WebPush:
    """Sends to the push services of the browsers. Their answer means: taken, not shown."""

    http: PublicHttp
    vapid: Vapid

    async def send(self, to: Subscription, payload: dict[str, Any], *, ttl_s: int, topic: str | None = None) -> Outcome:
        """One message to one browser; `GONE` says that its subscription is to be dropped."""
        plain = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        if len(plain) > PAYLOAD_LIMIT_BYTES:
            return Refused(ErrorClass.BUG, "", f"{len(plain)} bytes are too long for a push")
        try:
            body = await asyncio.to_thread(sealed, to, plain)
        except ValueError as error:
            return Refused(ErrorClass.GONE, "", f"keys that nothing can be sealed with: {error}"[:200])
        headers = {
            "Authorization": self.vapid.authorization(to.endpoint, time.time()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, ttl_s)),
            "Urgency": "high",
        }
        if topic:
            headers["Topic"] = topic[:32]
        try:
            answer = await self.http.post(to.endpoint, body, headers)
        except CallFailed as failed:
            return NotSent(failed.cause) if failed.reached is Reached.NOT_SENT else Unknown(failed.cause)
        return _verdict(answer)


def sealed(to: Subscription, plain: bytes) -> bytes:
    """`plain` as only that browser can read it; raises `ValueError` for keys that are none."""
    from pywebpush import WebPusher, WebPushException  # brings much with it, and most processes never push

    keys = {"p256dh": to.p256dh, "auth": to.auth}
    try:
        encoded = WebPusher({"endpoint": to.endpoint, "keys": keys}).encode(plain, content_encoding="aes128gcm")
    except (WebPushException, TypeError, KeyError) as error:
        raise ValueError(str(error)) from error
    body = encoded["body"] if encoded else b""
    return bytes(body)


def _verdict(answer: Answer) -> Outcome:
    status, text = answer.status, answer.text(200)
    if status in _TAKEN:
        return Accepted(answer.headers.get("location", "")[:100] or None, f"HTTP {status}")
    code = f"HTTP {status}"
    if status in _GONE:
        return Refused(ErrorClass.GONE, code, text)
    if status == 429:
        return Refused(ErrorClass.LIMIT, code, text, answer.retry_after_s(30.0))
    if status == 413:
        return Refused(ErrorClass.CONTENT, code, text)
    if 400 <= status < 500:
        return Refused(ErrorClass.BUG, code, text)  # our key or our sealing: the subscription is not to blame
    return Unknown(text, code)


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
