"""Let one more SMS with a code leave, or say what holds it back."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

import structlog
from sqlalchemy import and_, false, func, select, text
from sqlalchemy.dialects.postgresql import insert

from identity import captcha
from identity.domain import guard
from identity.errors import CaptchaRequired, CodesHeldBack
from identity.sign_in_tables import LoginSend, UsedCaptcha
from kit.addresses import home_of
from kit.db import Tx
from kit.errors import InvalidInput

log = structlog.get_logger("login codes")

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('login_send'))"


@dataclass(frozen=True)
class Asker:
    """Who asks for a code, from where, on which company's page; `captcha` is a solution, if one came."""

    address: str
    page: str | None = None
    captcha: str | None = None


@dataclass(frozen=True)
class Guarding:
    """What the guard is set to."""

    pepper: bytes
    with_addresses: bool
    per_day: int


async def refuse_flood(phone_e164: str, asker: Asker, tx: Tx, now: datetime, guarding: Guarding) -> None:
    """Judge before anything is written or waited for: a flood costs two queries each and does not hold up anybody else.

    Raises `CodesHeldBack` or `CaptchaRequired`.
    """
    _judge(await _flow(_send_of(phone_e164, asker, now, guarding), tx, now), asker, now, guarding)


async def admit_send(
    phone_e164: str, attempt_id: UUID, asker: Asker, tx: Tx, now: datetime, guarding: Guarding, *, is_known: bool
) -> None:
    """Count the SMS. Raises `CodesHeldBack`, `CaptchaRequired` or, for a wrong solution, `InvalidInput`.

    Sends that may go queue up at a lock, so the limits hold however many ask at once; most of what is refused was
    refused before it (`refuse_flood`).
    """
    sent = _send_of(phone_e164, asker, now, guarding)
    sent.attempt_id = attempt_id
    if not is_known:
        await tx.execute(text(_ONE_AT_A_TIME))
        flow = await _flow(sent, tx, now)
        _judge(flow, asker, now, guarding)
        if asker.captcha and guarding.with_addresses and guard.wants_captcha(flow):
            await _use_captcha(asker.captcha, tx, now, guarding.pepper)
    tx.add(sent)


def _send_of(phone_e164: str, asker: Asker, now: datetime, guarding: Guarding) -> LoginSend:
    return LoginSend(
        number=int(phone_e164.lstrip("+")),
        address_hash=_address_hash(guarding.pepper, asker.address),
        page=asker.page,
        at=now,
        entered_at=None,
    )


def _judge(flow: guard.Flow, asker: Asker, now: datetime, guarding: Guarding) -> None:
    refusal = guard.refuses(flow, now, per_day=guarding.per_day, with_addresses=guarding.with_addresses)
    if refusal is not None:
        log.warning("login codes held back", limit=refusal.which)
        raise CodesHeldBack(ceil((refusal.until - now).total_seconds()), refusal.which)
    if guarding.with_addresses and not asker.captcha and guard.wants_captcha(flow):
        log.warning("login codes want a captcha", is_pumped=guard.is_pumped(flow))
        raise CaptchaRequired


async def _use_captcha(payload: str, tx: Tx, now: datetime, pepper: bytes) -> None:
    solved = captcha.solved(pepper, payload, now)
    if solved is None:
        raise InvalidInput.of("/captcha", "captcha")
    row = insert(UsedCaptcha).values(id=solved, expires_at=now + captcha.LIFE)
    taken = await tx.execute(row.on_conflict_do_nothing().returning(UsedCaptcha.id))
    if taken.first() is None:
        raise InvalidInput.of("/captcha", "captcha")


async def _flow(sent: LoginSend, tx: Tx, now: datetime) -> guard.Flow:
    row = LoginSend
    is_open = row.entered_at.is_(None)
    is_near = row.number.between(sent.number - guard.NEAR, sent.number + guard.NEAR)
    is_in_block = row.number.between(first := sent.number - sent.number % guard.BLOCK, first + guard.BLOCK - 1)
    is_from_address = row.address_hash == sent.address_hash
    is_on_page = row.page == sent.page if sent.page else false()
    is_settled = row.at <= now - guard.FRESH
    last_hour = (
        select(
            func.count().filter(and_(is_open, is_near)),
            func.count().filter(and_(is_open, is_in_block)),
            func.count().filter(and_(is_open, is_from_address)),
            func.count().filter(and_(is_open, is_on_page)),
            func.count().filter(and_(is_open, ~is_settled)),
            func.count().filter(is_settled),
            func.count().filter(and_(is_settled, ~is_open)),
            func.min(row.at).filter(and_(is_open, is_near)),
            func.min(row.at).filter(and_(is_open, is_from_address)),
            func.min(row.at).filter(and_(is_open, is_on_page)),
        )
        .select_from(row)
        .where(row.at > now - guard.WINDOW)
    )
    counted = (await tx.execute(last_hour)).one()
    today = select(func.count(), func.min(row.at)).select_from(row).where(row.at > now - guard.DAY)
    sent_today, oldest_today_at = (await tx.execute(today)).one()
    return guard.Flow(
        *counted[:7],
        sent_today=sent_today,
        oldest_near_at=counted[7],
        oldest_from_address_at=counted[8],
        oldest_on_page_at=counted[9],
        oldest_today_at=oldest_today_at,
    )


def _address_hash(pepper: bytes, address: str) -> bytes:
    return hmac.digest(pepper, b"address " + home_of(address).encode(), hashlib.sha256)
