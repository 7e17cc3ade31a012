"""Who is calling and what they may do: tokens verified here, rights from this service's own copy of memberships.

Nothing the gateway says about a caller is trusted. Rights are read at each request, so a change of rights works at the
next one.
"""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.identity import (
    MembershipAdded,
    MembershipChanged,
    MembershipRemoved,
    MembershipRestored,
    SessionsRevoked,
    SigningKeysPublished,
    UserErased,
)

from . import context
from .callers import ApiKey as ApiKey
from .callers import Caller as Caller
from .callers import Member as Member
from .context import Granter
from .db import Database, Tx
from .errors import NotFound, Unauthenticated
from .freshness import PATIENCE_S, wait_for_copy
from .messaging import Consumers
from .tables import MemberCopy, RevokedSession, SigningKeyCopy

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ISSUER = "zapys"
ALGORITHM = "EdDSA"
GRANTING_PERMISSION = "permissions.edit"
MOST_GRANTERS = 10
"""Of those who may edit rights so many are named; who holds most rights comes first."""
KEYS_FRESH_S = 5.0
SESSION_CHECK_S = 0.5
"""How long "not revoked" is believed; with the event's way it keeps a revocation below a second."""

log = structlog.get_logger("access")


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
        """Who is behind an `Authorization: Bearer …` header, a person or an API key; raises `Unauthenticated`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        import jwt  # with the first caller: a worker has none, and need not carry 8 MB of cryptography

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
            caller = caller_of(claims)
        except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unauthenticated from error
        if await self._is_revoked(caller.session_id):
            raise Unauthenticated
        context.amend(actor_id=caller.user_id)
        structlog.contextvars.bind_contextvars(user_id=str(caller.user_id))
        return caller

    async def member(self, account_id: UUID, caller: Caller) -> Member:
        """The caller's membership; raises `NotFound` for strangers, as for accounts that do not exist.

        An API key works in its own account, with the rights that its token carries.
        """
        if caller.api_key is not None:
            if caller.api_key.account_id != account_id:
                raise NotFound("account")
            async with self._db.tx(account_id) as tx:
                return self._known(_member_of_key(caller, caller.api_key, await _granters(tx, account_id)))

        async def look_up() -> Member | None:
            async with self._db.tx(account_id) as tx:
                return await self._member(tx, account_id, caller)

        member = await wait_for_copy(account_id, look_up, patience_s=self._patience_s)
        if member is None:
            raise NotFound("account")
        return self._known(member)

    @staticmethod
    def _known(member: Member) -> Member:
        """From here on refusals and log lines know the account."""
        context.amend(account_id=member.account_id, granters=member.granters)
        structlog.contextvars.bind_contextvars(account_id=str(member.account_id))
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
        return Member(
            caller=caller,
            account_id=account_id,
            name=row.name,
            role=row.role,
            permissions=frozenset(row.permissions),
            location_ids=None if row.location_ids is None else frozenset(row.location_ids),
            staff_member_id=row.staff_member_id,
            granters=await _granters(tx, account_id),
            second_factor_demanded_by=row.second_factor_demanded_by,
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


def caller_of(claims: dict[str, Any]) -> Caller:
    """The caller that verified claims describe; raises `ValueError`, `KeyError` or `TypeError` for strange ones."""
    confirmed = claims.get("auth_time")
    key = claims.get("api_key")
    return Caller(
        UUID(claims["sub"]),
        UUID(claims["sid"]),
        str(claims.get("phone", "")),
        confirmed_at=None if confirmed is None else datetime.fromtimestamp(int(confirmed), UTC),
        api_key=None if key is None else ApiKey.from_claim(key),
        has_second_factor=claims.get("second_factor") is True,
    )


def _member_of_key(caller: Caller, key: ApiKey, granters: tuple[Granter, ...]) -> Member:
    return Member(
        caller=caller,
        account_id=key.account_id,
        name=key.name,
        role="api_key",
        permissions=key.permissions,
        location_ids=key.location_ids,
        staff_member_id=None,
        granters=granters,
    )


async def _granters(tx: Tx, account_id: UUID) -> tuple[Granter, ...]:
    """Who can grant rights in the account."""
    found = await tx.execute(
        select(MemberCopy.membership_id, MemberCopy.name, MemberCopy.permissions, MemberCopy.location_ids)
        .where(
            MemberCopy.account_id == account_id,
            MemberCopy.is_active,
            MemberCopy.permissions.contains([GRANTING_PERMISSION]),
        )
        .order_by(func.cardinality(MemberCopy.permissions).desc(), MemberCopy.name)
        .limit(MOST_GRANTERS)
    )
    return tuple(
        Granter(id_, name, frozenset(held), None if scope is None else frozenset(scope))
        for id_, name, held, scope in found
    )


def public_key(x: str) -> Ed25519PublicKey:
    """The key behind a JWK's `x` (base64url without padding)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))


def listen(consumers: Consumers) -> None:
    """Keep this service's copies of memberships, keys and revoked sessions current."""
    consumers.on(MembershipAdded, MembershipChanged, MembershipRemoved, MembershipRestored)(copy_membership)
    consumers.on(UserErased)(forget_member)
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
        "second_factor_demanded_by": said.second_factor_demanded_by,
    }
    statement = insert(MemberCopy).values(account_id=said.account_id, user_id=said.user_id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "user_id"], set_=values, where=MemberCopy.version < event.version
        )
    )


async def forget_member(event: UserErased, tx: Tx) -> None:
    """Former memberships keep the name that the firm gave them, and no way to reach the person."""
    await tx.execute(update(MemberCopy).where(MemberCopy.user_id == event.user_id).values(phone_e164="", channels={}))


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
