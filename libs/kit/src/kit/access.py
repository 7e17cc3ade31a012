"""Who is calling and what they may do: tokens verified here, rights from this service's own copy of memberships.

Nothing the gateway says about a caller is trusted. Rights are read at each request, so a change of rights works at the
next one.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.identity import (
    MembershipAdded,
    MembershipChanged,
    MembershipRemoved,
    MembershipRestored,
    SessionsRevoked,
    SigningKeysPublished,
)

from . import context
from .context import Granter
from .db import Database, Tx
from .errors import MissingPermission, MissingScope, NotFound, Unauthenticated
from .freshness import PATIENCE_S, wait_for_copy
from .messaging import Consumers
from .tables import MemberCopy, RevokedSession, SigningKeyCopy

ISSUER = "zapys"
ALGORITHM = "EdDSA"
GRANTING_PERMISSION = "permissions.edit"
MOST_GRANTERS = 10
"""Of those who may edit rights so many are named; who holds most rights comes first."""
KEYS_FRESH_S = 5.0
SESSION_CHECK_S = 0.5
"""How long "not revoked" is believed; with the event's way it keeps a revocation below a second."""

log = structlog.get_logger("access")


@dataclass(frozen=True)
class Caller:
    """A signed-in user, as the access token says."""

    user_id: UUID
    session_id: UUID
    phone_e164: str


@dataclass(frozen=True)
class Member:
    """The caller inside one account."""

    caller: Caller
    account_id: UUID
    name: str
    role: str
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None
    staff_member_id: UUID | None
    granters: tuple[Granter, ...] = ()

    @property
    def holders(self) -> tuple[str, ...]:
        """Names of those who may edit rights."""
        return tuple(granter.name for granter in self.granters)

    def holders_of(self, permission: str) -> list[str]:
        """Names of those who can give the right: they may edit rights and hold it themselves."""
        return [granter.name for granter in self.granters if permission in granter.permissions]

    def holders_at(self, location_id: UUID) -> list[str]:
        """Names of those who can open the location to others: they may edit rights and work there themselves."""
        covering = (g for g in self.granters if g.location_ids is None or location_id in g.location_ids)
        return [granter.name for granter in covering]

    def may(self, permission: str) -> bool:
        """Whether the member holds the right."""
        return permission in self.permissions

    def require(self, permission: str, *, location_id: UUID | None = None) -> None:
        """Raise `MissingPermission` or `MissingScope`, naming who can grant it."""
        if permission not in self.permissions:
            raise MissingPermission(permission, self.holders_of(permission))
        if location_id is not None and not self.covers(location_id):
            raise MissingScope(str(location_id), self.holders_at(location_id))

    def covers(self, location_id: UUID) -> bool:
        """Whether the member's scope includes the location."""
        return self.location_ids is None or location_id in self.location_ids


class Access:
    """Verifies callers of one service.

    `patience_s` is how long a membership in a newly born account is waited for; zero where memberships are made.
    """

    def __init__(self, db: Database, *, patience_s: float = PATIENCE_S) -> None:
        self._db = db
        self._patience_s = patience_s
        self._keys: dict[str, Any] = {}
        self._keys_read_at = 0.0
        self._sessions_alive: dict[UUID, float] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """The user behind an `Authorization: Bearer …` header; raises `Unauthenticated`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            key = await self._key(kid)
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "sid"]},
                leeway=5,
            )
            caller = Caller(UUID(claims["sub"]), UUID(claims["sid"]), str(claims.get("phone", "")))
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            raise Unauthenticated from error
        if await self._is_revoked(caller.session_id):
            raise Unauthenticated
        context.amend(actor_id=caller.user_id)
        structlog.contextvars.bind_contextvars(user_id=str(caller.user_id))
        return caller

    async def member(self, account_id: UUID, caller: Caller) -> Member:
        """The caller's membership; raises `NotFound` for strangers, as for accounts that do not exist."""

        async def look_up() -> Member | None:
            async with self._db.tx(account_id) as tx:
                return await self._member(tx, account_id, caller)

        member = await wait_for_copy(account_id, look_up, patience_s=self._patience_s)
        if member is None:
            raise NotFound("account")
        context.amend(account_id=account_id, granters=member.granters)
        structlog.contextvars.bind_contextvars(account_id=str(account_id))
        return member

    async def knows_keys(self) -> bool:
        """Whether any signing key is known: without one nobody can be let in."""
        await self._read_keys()
        return bool(self._keys)

    async def _member(self, tx: Tx, account_id: UUID, caller: Caller) -> Member | None:
        active = select(MemberCopy).where(MemberCopy.account_id == account_id, MemberCopy.is_active)
        row = (await tx.scalars(active.where(MemberCopy.user_id == caller.user_id))).first()
        if row is None:
            return None
        granters = await tx.execute(
            select(MemberCopy.membership_id, MemberCopy.name, MemberCopy.permissions, MemberCopy.location_ids)
            .where(
                MemberCopy.account_id == account_id,
                MemberCopy.is_active,
                MemberCopy.permissions.contains([GRANTING_PERMISSION]),
            )
            .order_by(func.cardinality(MemberCopy.permissions).desc(), MemberCopy.name)
            .limit(MOST_GRANTERS)
        )
        return Member(
            caller=caller,
            account_id=account_id,
            name=row.name,
            role=row.role,
            permissions=frozenset(row.permissions),
            location_ids=None if row.location_ids is None else frozenset(row.location_ids),
            staff_member_id=row.staff_member_id,
            granters=tuple(
                Granter(id_, name, frozenset(held), None if scope is None else frozenset(scope))
                for id_, name, held, scope in granters
            ),
        )

    async def _key(self, kid: str) -> Any:
        if kid not in self._keys or time.monotonic() - self._keys_read_at > KEYS_FRESH_S:
            await self._read_keys()
        if kid not in self._keys:
            raise Unauthenticated
        return self._keys[kid]

    async def _read_keys(self) -> None:
        async with self._db.tx() as tx:
            rows = await tx.scalars(select(SigningKeyCopy))
        self._keys = {row.kid: public_key(row.x) for row in rows}
        self._keys_read_at = time.monotonic()

    async def _is_revoked(self, session_id: UUID) -> bool:
        checked_at = self._sessions_alive.get(session_id)
        if checked_at is not None and time.monotonic() - checked_at < SESSION_CHECK_S:
            return False
        async with self._db.tx() as tx:
            revoked = await tx.get(RevokedSession, session_id)
        if revoked is not None:
            return True
        if len(self._sessions_alive) > 10_000:
            self._sessions_alive.clear()
        self._sessions_alive[session_id] = time.monotonic()
        return False


def public_key(x: str) -> Ed25519PublicKey:
    """The key behind a JWK's `x` (base64url without padding)."""
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))


def listen(consumers: Consumers) -> None:
    """Keep this service's copies of memberships, keys and revoked sessions current."""
    consumers.on(MembershipAdded, MembershipChanged, MembershipRemoved, MembershipRestored)(copy_membership)
    consumers.on(SessionsRevoked)(copy_revoked_sessions)
    consumers.on(SigningKeysPublished)(copy_signing_keys)


async def copy_membership(
    event: MembershipAdded | MembershipChanged | MembershipRemoved | MembershipRestored, tx: Tx
) -> None:
    """Take over a membership when the event is newer than the copy."""
    said = event.membership
    values = {
        "membership_id": said.id,
        "version": event.version,
        "name": said.name,
        "phone_e164": said.phone_e164,
        "language": said.language,
        "role": said.role,
        "permissions": sorted(said.permissions),
        "location_ids": None if said.location_ids is None else sorted(said.location_ids),
        "staff_member_id": said.staff_member_id,
        "accepts_bookings": said.accepts_bookings,
        "is_active": said.is_active,
        "channels": said.channels.model_dump(mode="json"),
    }
    statement = insert(MemberCopy).values(account_id=said.account_id, user_id=said.user_id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "user_id"], set_=values, where=MemberCopy.version < event.version
        )
    )


async def copy_revoked_sessions(event: SessionsRevoked, tx: Tx) -> None:
    """Remember ended sessions until their tokens expire, and forget the older ones."""
    await tx.execute(delete(RevokedSession).where(RevokedSession.tokens_expire_at < datetime.now(UTC)))
    for session_id in event.session_ids:
        row = {"session_id": session_id, "tokens_expire_at": event.tokens_expire_at}
        await tx.execute(insert(RevokedSession).values(row).on_conflict_do_nothing())


async def copy_signing_keys(event: SigningKeysPublished, tx: Tx) -> None:
    """Take over the whole published set."""
    for key in event.keys:
        values = {"x": key.x, "retired_at": key.retired_at}
        statement = insert(SigningKeyCopy).values(kid=key.kid, **values)
        await tx.execute(statement.on_conflict_do_update(index_elements=["kid"], set_=values))
    # An older event that comes late must not take a newer key away, so keys leave by their retirement only.
    await tx.execute(delete(SigningKeyCopy).where(SigningKeyCopy.retired_at < datetime.now(UTC)))
