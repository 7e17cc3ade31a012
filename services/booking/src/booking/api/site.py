"""The account's own domain and its proof; the puzzle for those who do not sign in."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import select

from booking.domain.puzzle import HARDEST
from booking.providers.dns import Dns
from booking.records import CustomDomain
from booking.tables import AccountCopy
from booking.usecases.site.captcha import new_challenge
from booking.usecases.site.own_domain import check_domain, domain_of, name_domain, proof_record
from booking.words import TEXTS
from contracts.http.site import Challenge, DnsRecord, DomainAnswer, DomainBody, HostAnswer
from contracts.permissions import Permission
from kit import context
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound

from .edge import NowDep, PublicAccountDep

router = APIRouter(prefix="/api/v1", tags=["site"])


async def _dns(request: Request) -> Dns:
    dns: Dns = request.app.state.dns
    return dns


async def _our_host(request: Request) -> str:
    return urlsplit(str(request.app.state.base_url)).hostname or ""


DnsDep = Annotated[Dns, Depends(_dns)]
OurHostDep = Annotated[str, Depends(_our_host)]
Host = Annotated[str, Path(min_length=1, max_length=253)]


@router.get("/public/{vanity}/captcha", operation_id="captcha")
async def get_captcha(account: PublicAccountDep, db: DbDep, now: NowDep) -> Challenge:
    """A puzzle for a browser to solve; its answer goes with a booking made without signing in, once."""
    async with db.tx(account.account_id) as tx:
        made = await new_challenge(tx, now)
    return Challenge(challenge=made.challenge, maxnumber=HARDEST, salt=made.salt, signature=made.signature)


@router.get("/public/h/{host}", operation_id="page_of_host")
async def get_host(host: Host, db: DbDep) -> HostAnswer:
    """Whose booking page answers on a host of its own; only proved ones."""
    rows = (
        select(AccountCopy.vanity_address)
        .join(CustomDomain, CustomDomain.account_id == AccountCopy.account_id)
        .where(CustomDomain.host == host.lower(), CustomDomain.state == "verified", AccountCopy.is_active)
    )
    async with db.system_tx() as tx:
        vanity = await tx.scalar(rows)
    if vanity is None:
        raise NotFound("domain")
    return HostAnswer(host=host.lower(), vanity_address=vanity)


@router.get("/accounts/{account_id}/domain", operation_id="get_domain")
async def get_domain(member: MemberDep, db: DbDep, ours: OurHostDep) -> DomainAnswer:
    """The account's own domain and how far its proof is."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        return _answer(await domain_of(tx, member.account_id), ours)


@router.put("/accounts/{account_id}/domain", operation_id="set_domain")
async def put_domain(body: DomainBody, member: MemberDep, db: DbDep, now: NowDep, ours: OurHostDep) -> DomainAnswer:
    """Name it; the answer says which records to enter at whoever sold it."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        return _answer(await name_domain(tx, member.account_id, body.host, ours, now), ours)


@router.post("/accounts/{account_id}/domain/check", operation_id="check_domain")
async def post_check(member: MemberDep, db: DbDep, now: NowDep, dns: DnsDep, ours: OurHostDep) -> DomainAnswer:
    """Look now: what DNS says, and what that means. It is looked at by itself as well, every ten minutes."""
    member.require(Permission.SETTINGS_ACCOUNT)
    return _answer(await check_domain(db, dns, member.account_id, now), ours)


@router.delete("/accounts/{account_id}/domain", operation_id="drop_domain", status_code=204)
async def delete_domain(member: MemberDep, db: DbDep) -> None:
    """Do without it; the page stays at its address here."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        await tx.delete(await domain_of(tx, member.account_id, lock=True))


def _answer(row: CustomDomain, our_host: str) -> DomainAnswer:
    name, value = proof_record(row)
    said = TEXTS.get(context.current().language, f"dns.{row.trouble}") if row.trouble else None
    return DomainAnswer.model_validate(
        {
            "host": row.host,
            "state": row.state,
            "records": [
                DnsRecord(type="TXT", name=name, value=value),
                DnsRecord(type="CNAME", name=row.host, value=our_host),
            ],
            "expected": value,
            "found": row.found,
            "trouble": said,
            "checked_at": row.checked_at,
            "verified_at": row.verified_at,
        }
    )
