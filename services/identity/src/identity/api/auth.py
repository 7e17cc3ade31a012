"""Sessions: opened with a code, renewed, listed, ended; the keys that verify their tokens."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from contracts.http.identity import (
    RefreshBody,
    SecondStepBody,
    SessionAnswer,
    SessionsAnswer,
    SignedInAnswer,
    SignInBody,
    SigningKeyAnswer,
    SigningKeysAnswer,
    TokensAnswer,
)
from identity import queries
from identity.domain import codes
from identity.keyring import ACCESS_LIFE
from identity.tables import Account, Membership, User
from identity.usecases.end_sessions import end_sessions
from identity.usecases.keep_demo import DEMO_PHONE
from identity.usecases.open_session import OpenedSession
from identity.usecases.refresh_session import refresh_session
from identity.usecases.sign_in import Device, SignedIn, finish_sign_in, sign_in
from identity.wiring import Wiring, WiringDep
from kit.access import Caller
from kit.db import Database
from kit.edge import CallerDep, DbDep
from kit.errors import NotFound, Problem
from kit.messaging import now_utc

from . import cookies
from .answers import user_answer
from .codes import LanguageHeader, language_of
from .cookies import clear_refresh, read_refresh, set_refresh
from .phones import allowed_phone

router = APIRouter(prefix="/api/v1/auth", tags=["Signing in"])


@router.post(
    "/sessions",
    status_code=201,
    operation_id="sign_in",
    responses={401: {"description": "Code wrong, expired or used"}, 429: {"description": "No tries left"}},
)
async def post_session(
    body: SignInBody,
    request: Request,
    response: Response,
    db: DbDep,
    wiring: WiringDep,
    accept_language: LanguageHeader = None,
) -> SignedInAnswer:
    """Exchange a code for a pair of tokens; the first time makes the user."""
    phone_e164 = allowed_phone(body.phone, wiring.settings)
    code = codes.digits_of(body.code)
    async with db.system_tx() as tx:
        now = now_utc()
        done = await sign_in(
            phone_e164,
            code,
            body.attempt or cookies.read(request, "attempt", wiring.settings),
            device_of(body.device, request, wiring, token=body.device_token),
            tx,
            now,
            pepper=wiring.pepper,
            language=language_of(accept_language, None),
        )
        if not isinstance(done, Problem):
            memberships = await queries.memberships_of(tx, done.user.id)
    if isinstance(done, Problem):
        raise done
    return await welcome(done, memberships, response, db, wiring)


@router.post(
    "/sessions/second-factor",
    status_code=201,
    operation_id="sign_in_with_second_factor",
    responses={
        401: {"description": "Code wrong or used, or the first step is too long ago"},
        429: {"description": "No tries left for now"},
    },
)
async def post_second_step(
    body: SecondStepBody, request: Request, response: Response, db: DbDep, wiring: WiringDep
) -> SignedInAnswer:
    """The second step on a new device, after `identity.second_factor_required`: a code of the authenticator app."""
    domain = wiring.settings.public_host
    async with db.system_tx() as tx:
        device = device_of(body.device, request, wiring)
        done = await finish_sign_in(body.ticket, body.code, device, tx, now_utc(), pepper=wiring.pepper, domain=domain)
        if not isinstance(done, Problem):
            memberships = await queries.memberships_of(tx, done.user.id)
    if isinstance(done, Problem):
        raise done
    return await welcome(done, memberships, response, db, wiring)


@router.post(
    "/sessions/refresh",
    operation_id="refresh_session",
    responses={401: {"description": "Unknown, too old, or used before: then the session ends"}},
)
async def post_refresh(
    request: Request, response: Response, db: DbDep, wiring: WiringDep, body: RefreshBody | None = None
) -> TokensAnswer:
    """Exchange the refresh token, from the body or else the cookie, for a new pair."""
    token = (body.refresh_token if body else None) or read_refresh(request, wiring.settings) or ""
    async with db.system_tx() as tx:
        done = await refresh_session(token, tx, now_utc(), pepper=wiring.pepper)
    if isinstance(done, Problem):
        raise done
    return await hand_over(done.user, done.opened, response, db, wiring)


@router.get("/sessions", operation_id="list_sessions")
async def get_sessions(caller: CallerDep, db: DbDep) -> SessionsAnswer:
    """The devices on which the caller is signed in."""
    async with db.system_tx() as tx:
        found = await queries.live_sessions(tx, caller.user_id, now_utc())
    return SessionsAnswer(
        items=tuple(
            SessionAnswer(
                id=session.id,
                device=session.device,
                created_at=session.created_at,
                last_used_at=session.last_used_at,
                expires_at=session.expires_at,
                is_current=session.id == caller.session_id,
            )
            for session in found
            if session.id == caller.session_id or not _is_shared(caller)
        )
    )


@router.delete("/sessions", status_code=204, operation_id="sign_out_everywhere")
async def delete_sessions(
    caller: CallerDep,
    response: Response,
    db: DbDep,
    wiring: WiringDep,
    keep_current: Annotated[bool, Query(description="Stay signed in here.")] = False,
) -> None:
    """Sign out everywhere."""
    async with db.system_tx() as tx:
        now = now_utc()
        chosen = [caller.session_id] if _is_shared(caller) else None
        if keep_current:
            alive = await queries.live_sessions(tx, caller.user_id, now)
            chosen = [one.id for one in alive if one.id != caller.session_id and not _is_shared(caller)]
        await end_sessions(caller.user_id, chosen, "signed_out_everywhere", tx, now)
    if not keep_current:
        clear_refresh(response, wiring.settings)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    operation_id="sign_out",
    responses={404: {"description": "No such device of the caller is signed in"}},
)
async def delete_session(session_id: UUID, caller: CallerDep, response: Response, db: DbDep, wiring: WiringDep) -> None:
    """Sign one device out, this one or another."""
    if _is_shared(caller) and session_id != caller.session_id:
        raise NotFound("session")
    async with db.system_tx() as tx:
        ended = await end_sessions(caller.user_id, [session_id], "signed_out", tx, now_utc())
    if not ended:
        raise NotFound("session")
    if session_id == caller.session_id:
        clear_refresh(response, wiring.settings)


@router.get("/jwks.json", operation_id="signing_keys")
async def get_keys(wiring: WiringDep, db: DbDep, response: Response) -> SigningKeysAnswer:
    """The keys that verify access tokens (RFC 7517)."""
    keyring = await wiring.keys.fresh(db)
    response.headers["Cache-Control"] = "public, max-age=300"
    return SigningKeysAnswer(keys=tuple(SigningKeyAnswer(kid=key.kid, x=key.x) for key in keyring.keys))


def _is_shared(caller: Caller) -> bool:
    """Whether it is the login of the demo, each of whose devices is somebody else's."""
    return caller.phone_e164 == DEMO_PHONE


def device_of(named: str, request: Request, wiring: Wiring, *, token: str | None = None) -> Device:
    """What somebody signs in on."""
    name = named.strip() or request.headers.get("user-agent", "")[:100]
    return Device(name, token or cookies.read(request, "device", wiring.settings))


async def welcome(
    done: SignedIn,
    memberships: list[tuple[Membership, Account]],
    response: Response,
    db: Database,
    wiring: Wiring,
) -> SignedInAnswer:
    """Tokens, the person, and what the device shall keep."""
    tokens = await hand_over(done.user, done.opened, response, db, wiring)
    device_token = mark_device(done.user.phone_e164, done.factor_id, response, wiring)
    user = user_answer(done.user, memberships)
    return SignedInAnswer(**tokens.model_dump(), user=user, device_token=device_token)


def mark_device(phone_e164: str, factor_id: UUID | None, response: Response, wiring: Wiring) -> str:
    """Let the device keep who signed in on it, and with which second factor."""
    token = codes.device_token(wiring.pepper, phone_e164, factor_id)
    cookies.keep(response, "device", token, max_age_s=cookies.DEVICE_KEPT_S, settings=wiring.settings)
    return token


async def hand_over(
    user: User, opened: OpenedSession, response: Response, db: Database, wiring: Wiring
) -> TokensAnswer:
    """Give a session's tokens to whoever opened it."""
    now = now_utc()
    set_refresh(response, opened.refresh_token, expires_at=opened.expires_at, now=now, settings=wiring.settings)
    response.headers["Cache-Control"] = "no-store"
    access_token = (await wiring.keys.fresh(db)).access_token(
        user_id=user.id,
        session_id=opened.session_id,
        phone_e164=user.phone_e164,
        confirmed_at=opened.confirmed_at,
        now=now,
        has_second_factor=opened.has_second_factor,
    )
    return TokensAnswer(
        access_token=access_token,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        refresh_token=opened.refresh_token,
        refresh_expires_at=opened.expires_at,
        session_id=opened.session_id,
    )
