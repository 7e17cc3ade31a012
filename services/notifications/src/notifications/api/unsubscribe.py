"""Ending mails by the link in them: one press in the reader's mail program, without signing in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from contracts.http.notifications import MailSubscription
from kit.edge import DbDep
from kit.errors import NotFound
from notifications.domain.channels import EMAIL
from notifications.tables import AccountCopy, ClientPreference
from notifications.unsubscribing import Unsubscribing
from notifications.usecases.save_preferences import refuse_channel

from .parts import ClockDep

router = APIRouter(tags=["notifications"])

ONE_CLICK = "/api/v1/public/unsubscribe/{token}"
Token = Annotated[str, Path(max_length=100)]


@router.get(
    ONE_CLICK,
    operation_id="read_mail_subscription",
    response_model=MailSubscription,
    responses={303: {"description": "To a browser: the page that asks"}},
)
async def read(token: Token, request: Request, db: DbDep) -> MailSubscription | Response:
    """How it stands; programs that follow every link in a mail change nothing by that. A browser is led to a page."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(_of(request).page(token), 303)
    account_id, client_id = _of(request).read(token) or (None, None)
    if account_id is None:
        raise NotFound("link")
    async with db.tx(account_id) as tx:
        account = await tx.get(AccountCopy, account_id)
        refused = await tx.get(ClientPreference, (account_id, client_id))
    is_refused = refused is not None and (EMAIL in refused.refused_channels or not refused.messages)
    return MailSubscription(company=account.name if account else "", is_refused=is_refused)


@router.post(ONE_CLICK, operation_id="unsubscribe_from_mail", response_model=MailSubscription)
async def unsubscribe(token: Token, request: Request, db: DbDep, clock: ClockDep) -> MailSubscription:
    """No mails of this company any more; SMS in their place where there is a number. Again changes nothing."""
    found = _of(request).read(token)
    if found is None:
        raise NotFound("link")
    account_id, client_id = found
    async with db.tx(account_id) as tx:
        await refuse_channel(tx, account_id, client_id, EMAIL, await clock.now(tx))
        account = await tx.get(AccountCopy, account_id)
    return MailSubscription(company=account.name if account else "", is_refused=True)


def _of(request: Request) -> Unsubscribing:
    unsubscribing: Unsubscribing = request.app.state.unsubscribing
    return unsubscribing
