"""A push service of browsers: subscriptions, VAPID checked as RFC 8292 says, bodies opened as RFC 8291 says."""

import base64
import hashlib
import hmac
import json
import os
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from simulators.bench import Bench
from simulators.faults import TRANSPORT, Fault
from simulators.switches import Switch, Switches
from simulators.wire import answered

NAME = "webpush"
BODY_LIMIT_BYTES = 4_096
LONGEST_SIGNATURE_S = 24 * 3600
RETRY_AFTER_S = 3
# Refusals on demand: status and text.
REFUSALS: dict[str, tuple[int, str]] = {
    "gone": (410, "push subscription has unsubscribed or expired"),
    "not_found": (404, "no such subscription"),
    "too_many": (429, "too many messages"),
    "too_large": (413, "payload is too large"),
    "reject_auth": (403, "the key is not the one of the subscription"),
    "unavailable": (503, "try later"),
}


class Refused(Exception):
    """The push is refused with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass
class Browser:
    """One subscription with the halves of its keys that only the browser has."""

    name: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    state: str = "subscribed"
    bound_to: str | None = None

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def shown(self, base_url: str) -> dict[str, Any]:
        return {
            "endpoint": f"{base_url}/{NAME}/push/{self.name}",
            "keys": {"p256dh": _text(self.point), "auth": _text(self.auth)},
            "state": self.state,
        }


class WebPush:
    """Stands in for the push services of Mozilla, Google and Apple."""

    name = NAME
    modes = TRANSPORT | frozenset(REFUSALS)

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.switches = Switches(
            {"accepted_status": Switch(201, (200, 201, 202)), "dead_is": Switch(410, (404, 410, 201))}
        )
        self._browsers: dict[str, Browser] = {}
        self.router = APIRouter()
        self.router.add_api_route("/push/{name}", self.serve, methods=["POST"])

    def reset(self) -> None:
        self.switches.reset()
        self._browsers.clear()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A browser that subscribes, or, with `state` gone, that has left."""
        if strange := set(wanted) - {"state"}:
            raise ValueError(f"cannot set {sorted(strange)}")
        if wanted.get("state", "subscribed") not in {"subscribed", "gone"}:
            raise ValueError("state is subscribed or gone")
        browser = self._browsers.setdefault(
            name, Browser(name, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))
        )
        browser.state = wanted.get("state", browser.state)
        settings = self._bench.settings
        return browser.shown(f"http://{settings.host}:{settings.port}")

    async def serve(self, request: Request, name: str) -> Response:
        fault = self._bench.faults.strike(NAME, {name}, "push", self.modes)

        async def accept() -> Response:
            try:
                return await self._taken(request, name, fault)
            except Refused as refused:
                headers = {"Retry-After": str(RETRY_AFTER_S)} if refused.status in (429, 503) else None
                return PlainTextResponse(refused.text, refused.status, headers)

        return await answered(fault, accept)

    async def _taken(self, request: Request, name: str, fault: Fault | None) -> Response:
        if fault and fault.mode in REFUSALS:
            raise Refused(*REFUSALS[fault.mode])
        key = _signer(request)
        if request.headers.get("content-encoding") != "aes128gcm":
            raise Refused(415, "Content-Encoding must be aes128gcm")
        ttl = request.headers.get("ttl", "")
        if not ttl.isdigit():
            raise Refused(400, "TTL is missing")
        body = await request.body()
        if len(body) > BODY_LIMIT_BYTES:
            raise Refused(*REFUSALS["too_large"])
        browser = self._browsers.get(name)
        if browser is None or browser.state == "gone":
            dead = int(self.switches["dead_is"])
            if dead == 201 and browser is not None:
                return Response(status_code=201)  # some take it all the same, and nobody will see it
            raise Refused(dead if dead != 201 else 404, REFUSALS["gone" if dead == 410 else "not_found"][1])
        if browser.bound_to not in (None, key):
            raise Refused(*REFUSALS["reject_auth"])
        browser.bound_to = key
        plain = opened(browser, body)
        message_id = str(uuid4())
        self._bench.ledger(NAME).accept(
            self._bench.clock.now(),
            name,
            "push",
            message_id=message_id,
            ttl_s=int(ttl),
            urgency=request.headers.get("urgency", "normal"),
            topic=request.headers.get("topic"),
            payload=json.loads(plain),
        )
        return Response(status_code=self.switches["accepted_status"], headers={"Location": f"/{NAME}/m/{message_id}"})


def _signer(request: Request) -> str:
    """The key that signed; `Refused` where the signature is none, is for another origin or holds too long."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme != "vapid" or not {"t", "k"} <= set(fields):
        raise Refused(401, "no VAPID signature")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(fields["k"]))
        origin = f"{request.url.scheme}://{request.url.netloc}"
        claims = jwt.decode(
            fields["t"], key, algorithms=["ES256"], audience=origin, options={"require": ["exp", "aud"]}
        )
    except (ValueError, jwt.PyJWTError) as error:
        raise Refused(403, f"a wrong VAPID signature: {error}") from error
    if claims["exp"] - time.time() > LONGEST_SIGNATURE_S:
        raise Refused(403, "a VAPID signature of more than a day")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
        raise Refused(403, "a VAPID signature without a contact")
    return fields["k"]


def opened(browser: Browser, body: bytes) -> bytes:
    """What was sealed for the browser; `Refused` where it was not."""
    if len(body) < 21 + 65 + 17:
        raise Refused(400, "too short to be a sealed message")
    salt, sender = body[:16], body[21 : 21 + body[20]]
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = browser.key.exchange(ec.ECDH(), theirs)
        secret = _expanded(_hmac(browser.auth, shared), b"WebPush: info\x00" + browser.point + sender, 32)
        seed = _hmac(salt, secret)
        key = _expanded(seed, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _expanded(seed, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, body[21 + body[20] :], None)
    except (ValueError, InvalidTag) as error:
        raise Refused(400, "not sealed for this browser") from error
    return padded.rstrip(b"\x00")[:-1]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _expanded(seed: bytes, about: bytes, length: int) -> bytes:
    return _hmac(seed, about + b"\x01")[:length]


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
