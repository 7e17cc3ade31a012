"""What people wish of the product and write to those who run it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from sqlalchemy import select

from contracts.http.feedback import (
    IdeaAnswer,
    IdeaBody,
    IdeaChangeBody,
    IdeasAnswer,
    MessageBody,
    MessageChangeBody,
    MessageReceived,
    PlatformMessage,
    PlatformMessages,
    VoteBody,
)
from identity.errors import PlatformOnly
from identity.feedback_tables import ContactMessage
from identity.tables import Account, User
from identity.usecases.collect_ideas import (
    idea_named,
    ideas_of,
    take_vote_back,
    vote,
    voter_of,
    voters_of,
    write_idea,
)
from identity.usecases.erase_login import forget_writer
from identity.usecases.receive_message import receive_message
from identity.usecases.visit_account import platform_staff_of
from identity.wiring import WiringDep
from kit.edge import CallerDep, DbDep, OptionalCallerDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/platform", tags=["Platform"])

_SHOWN = 200


@router.get("/ideas", operation_id="list_ideas")
async def get_ideas(
    caller: OptionalCallerDep,
    db: DbDep,
    with_hidden: Annotated[bool, Query(description="Hidden ones too; for the people of the platform.")] = False,
) -> IdeasAnswer:
    """What people wish, the most wanted first; for everybody."""
    async with db.system_tx() as tx:
        if with_hidden:
            if caller is None:
                raise PlatformOnly
            await platform_staff_of(caller.user_id, tx)
        voters = await voters_of(tx, caller.user_id) if caller else set()
        return IdeasAnswer(items=tuple(await ideas_of(tx, voters, with_hidden=with_hidden)))


@router.post("/ideas", operation_id="write_idea", status_code=201, response_model=IdeaAnswer)
async def post_idea(body: IdeaBody, caller: CallerDep, db: DbDep, once: OnceDep) -> Response:
    """A new wish; its author votes for it."""
    async with db.system_tx() as tx:

        async def write() -> IdeaAnswer:
            return await write_idea(tx, caller.user_id, body, now_utc())

        return await once.run(tx, write)


@router.put("/ideas/{idea_id}/vote", operation_id="vote_for_idea", status_code=204)
async def put_vote(
    idea_id: UUID, caller: CallerDep, db: DbDep, body: Annotated[VoteBody | None, Body()] = None
) -> None:
    """One vote for each firm; voting again changes nothing."""
    async with db.system_tx() as tx:
        voter = await voter_of(tx, caller.user_id, body.account_id if body else None)
        await vote(tx, idea_id, caller.user_id, voter, now_utc())


@router.delete("/ideas/{idea_id}/vote", operation_id="take_vote_back", status_code=204)
async def delete_vote(idea_id: UUID, caller: CallerDep, db: DbDep, account_id: UUID | None = None) -> None:
    """As if it had not been given."""
    async with db.system_tx() as tx:
        await take_vote_back(tx, idea_id, await voter_of(tx, caller.user_id, account_id))


@router.patch("/ideas/{idea_id}", operation_id="change_idea")
async def patch_idea(idea_id: UUID, body: IdeaChangeBody, caller: CallerDep, db: DbDep) -> IdeaAnswer:
    """What becomes of a wish, or that nobody shall see it; for the people of the platform."""
    async with db.system_tx() as tx:
        await platform_staff_of(caller.user_id, tx)
        idea = await idea_named(tx, idea_id, with_hidden=True)
        if body.state is not None:
            idea.state = body.state
        if body.hidden is not None:
            idea.is_hidden = body.hidden
        await tx.flush()
        return next(one for one in await ideas_of(tx, set(), with_hidden=True) if one.id == idea_id)


@router.post("/messages", operation_id="write_to_platform", status_code=201, response_model=MessageReceived)
async def post_message(
    body: MessageBody,
    request: Request,
    caller: OptionalCallerDep,
    db: DbDep,
    once: OnceDep,
    wiring: WiringDep,
) -> Response:
    """A message with what it is about: so many from one address within an hour, and no more."""
    address = request.client.host if request.client else ""
    async with db.system_tx() as tx:

        async def receive() -> MessageReceived:
            user_id = caller.user_id if caller else None
            message = await receive_message(tx, body, user_id, address, wiring.pepper, now_utc())
            return MessageReceived(number=message.number, created_at=message.created_at)

        return await once.run(tx, receive)


@router.get("/messages", operation_id="list_platform_messages")
async def get_messages(caller: CallerDep, db: DbDep) -> PlatformMessages:
    """What people wrote, waiting ones first; for the people of the platform."""
    async with db.system_tx() as tx:
        await platform_staff_of(caller.user_id, tx)
        rows = (
            select(ContactMessage, Account.name)
            .join(Account, Account.id == ContactMessage.firm_id, isouter=True)
            .order_by(ContactMessage.answered_at.is_not(None), ContactMessage.created_at.desc())
            .limit(_SHOWN)
        )
        found = (await tx.execute(rows)).all()
        return PlatformMessages(items=tuple(_message(message, name) for message, name in found))


@router.patch("/messages/{message_id}", operation_id="answer_platform_message")
async def patch_message(message_id: UUID, body: MessageChangeBody, caller: CallerDep, db: DbDep) -> PlatformMessage:
    """Whether somebody has answered; for the people of the platform."""
    async with db.system_tx() as tx:
        staff = await platform_staff_of(caller.user_id, tx)
        message = await tx.get(ContactMessage, message_id, with_for_update=True)
        if message is None:
            raise NotFound("message")
        message.answered_at = now_utc() if body.answered else None
        message.answered_by = staff.name if body.answered else None
        writer = await tx.get(User, message.user_id) if message.user_id else None
        if body.answered and writer is not None and writer.erased_at is not None:
            forget_writer(message)
        account = await tx.get(Account, message.firm_id) if message.firm_id else None
        return _message(message, account.name if account else None)


def _message(message: ContactMessage, account_name: str | None) -> PlatformMessage:
    plain = ("id", "number", "name", "contact", "text", "page", "trace_id", "user_id", "created_at", "answered_at")
    return PlatformMessage.model_validate(
        {
            **{name: getattr(message, name) for name in plain},
            "answered_by": message.answered_by,
            "account_id": message.firm_id,
            "account_name": account_name,
        }
    )
