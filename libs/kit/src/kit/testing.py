"""What the tests of every service need: a bench with a real database, tokens, deliveries and a look into the outbox."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from opentelemetry import propagate
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from contracts import Event
from contracts.identity import MembershipAdded, MembershipState

from .access import ALGORITHM, ISSUER
from .callers import ApiKey
from .ids import new_id
from .messaging import handle_once
from .service import Service
from .tables import SigningKeyCopy

E = TypeVar("E", bound=Event)

PUBLIC_BASE = "http://test"


@dataclass(frozen=True)
class Person:
    """Somebody signed in: a user id, a phone and a valid access token."""

    user_id: UUID
    phone_e164: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of this person's requests."""
        return {"Authorization": f"Bearer {self.token}"}


class TokenMint:
    """Signs access tokens as identity does, with a key of its own."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.kid = f"test-{new_id()}"
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def person(
        self,
        phone_e164: str = "+380671234567",
        *,
        user_id: UUID | None = None,
        life: timedelta = timedelta(minutes=10),
        confirmed: timedelta | None = timedelta(0),
        api_key: ApiKey | None = None,
        has_second_factor: bool = False,
    ) -> Person:
        """A signed-in user whose last code is as old as `confirmed`, or the program behind `api_key`."""
        user_id = user_id or new_id()
        now = datetime.now(UTC)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": str(user_id),
            "sid": str(new_id()),
            "phone": phone_e164,
            "iat": now,
            "exp": now + life,
        }
        if confirmed is not None and api_key is None:
            claims["auth_time"] = int((now - confirmed).timestamp())
        if api_key is not None:
            claims |= {"sid": str(user_id), "phone": "", "api_key": api_key.as_claim()}
        if has_second_factor:
            claims["second_factor"] = True
        token = jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self.kid})
        return Person(user_id, phone_e164, token)


@dataclass
class Bench:
    """A service in the test's own process, on a real database; the broker's part is played by `deliver`."""

    service: Service
    mint: TokenMint = field(default_factory=TokenMint)

    async def __aenter__(self) -> Bench:
        async with self.service.db.system_tx() as tx:
            await tx.execute(insert(SigningKeyCopy).values(kid=self.mint.kid, x=self.mint.x).on_conflict_do_nothing())
        for start in self.service.on_start:
            await start()
        transport = httpx.ASGITransport(app=self.service.build_app(), raise_app_exceptions=False)
        hooks = {"request": [_tell_the_trace]}
        self.http = httpx.AsyncClient(transport=transport, base_url=PUBLIC_BASE, event_hooks=hooks)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        for stop in self.service.on_stop:
            await stop()
        await self.service.db.close()

    async def deliver(self, event: Event, *, message_id: UUID | None = None) -> int:
        """Hand `event` to every handler that listens to it, as the broker would; answers how many had an effect."""
        message_id = message_id or new_id()
        effects = 0
        for consumer in self.service.consumers.all:
            if type(event) in consumer.events:
                again = consumer.events[consumer.events.index(type(event))].model_validate_json(event.model_dump_json())
                effects += await handle_once(self.service.db, consumer, message_id, again)
        return effects

    async def said(self, event_type: type[E], *, account_id: UUID | None = None) -> list[E]:
        """Every event of a type that the service has put into its outbox, oldest first."""
        async with self.service.db.system_tx() as tx:
            rows = await tx.execute(
                text("SELECT body FROM outbox WHERE name = :name ORDER BY id"), {"name": event_type.name}
            )
            found = [event_type.model_validate_json(row.body) for row in rows if row.body]
        return [event for event in found if account_id is None or event.account_id == account_id]

    async def make_member(
        self,
        account_id: UUID,
        permissions: Iterable[str],
        *,
        role: str = "owner",
        name: str = "Олена",
        phone_e164: str = "+380671112233",
        person: Person | None = None,
        **more: Any,
    ) -> Person:
        """A person with a membership in the account, told to the service by event."""
        person = person or self.mint.person(phone_e164)
        state = MembershipState(
            id=new_id(),
            account_id=account_id,
            user_id=person.user_id,
            name=name,
            phone_e164=person.phone_e164,
            role=role,
            permissions=frozenset(permissions),
            **more,
        )
        await self.deliver(MembershipAdded(account_id=account_id, version=1, membership=state))
        return person


def settled_id() -> UUID:
    """An id as if made an hour ago: nobody waits for news of what bears it, as they would for a new one."""
    fresh = new_id().int
    an_hour_ms = 3_600_000
    return UUID(int=fresh - (an_hour_ms << 80))


async def _tell_the_trace(request: httpx.Request) -> None:
    """As the gateway does: a service takes its trace from the header alone."""
    propagate.inject(request.headers)
