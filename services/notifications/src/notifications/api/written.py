"""Writing to a client by hand, without the number: what it would come to, doing it, and what was said so far."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from contracts import Money
from contracts.http.notifications import MessageDraft, MessageForecast, WrittenMessage, WrittenMessages
from contracts.permissions import Permission
from kit.db import Database
from kit.edge import DbDep, MemberDep
from kit.freshness import wait_for_copy
from kit.idempotency import OnceDep
from kit.ids import new_id
from notifications import queries
from notifications.correspondence import letters_with
from notifications.domain.carriers import Channel
from notifications.domain.facts import Kind
from notifications.domain.planner import CLIENT
from notifications.domain.written import MOST_PARTS, hide_numbers
from notifications.tables import AccountCopy, ClientCopy, NotificationRow, Reply
from notifications.usecases.brake_spending import Brake
from notifications.usecases.foretell_way import foretell_way, providers_of
from notifications.usecases.write_to_client import (
    draft_message,
    find_addressee,
    left_today,
    write_to_client,
)
from notifications.views import Words

from .parts import PREFIX, ClockDep, PlannerDep, SettingsDep, WordsDep

router = APIRouter(prefix=f"{PREFIX}/clients/{{client_id}}/messages", tags=["notifications"])


@router.get("", operation_id="list_messages_with_client", response_model=WrittenMessages)
async def listed(
    client_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    booking_id: Annotated[UUID | None, Query(description="Those about one visit.")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> WrittenMessages:
    """What members wrote to a client by hand, and what the client answered."""
    member.require(Permission.CLIENT_MESSAGE)
    await _wait(db, member.account_id, client_id, booking_id)
    own_only = not member.may(Permission.NOTIFICATIONS_VIEW)
    sees_phones = member.may(Permission.CLIENT_VIEW_PHONE)
    async with db.tx(member.account_id) as tx:
        await find_addressee(tx, member, client_id, booking_id)
        found = await letters_with(tx, member, client_id, booking_id=booking_id, own_only=own_only, cursor=cursor)
    items = [_letter(row, at, words, sees_phones=sees_phones) for at, row in found.items]
    return WrittenMessages(items=items, next_cursor=found.next_cursor)


@router.post("/preview", operation_id="preview_message_to_client", response_model=MessageForecast)
async def preview(
    client_id: UUID,
    body: MessageDraft,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    planner: PlannerDep,
    settings: SettingsDep,
    words: WordsDep,
) -> MessageForecast:
    """What would become of the words now: parts, price, way and moment, or why they would not go. Saves nothing."""
    member.require(Permission.CLIENT_MESSAGE)
    await _wait(db, member.account_id, client_id, body.booking_id)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        to = await find_addressee(tx, member, client_id, body.booking_id)
        drafted = await draft_message(tx, planner, member, to, body, new_id(), now)
        left = await left_today(tx, member, client_id, drafted.zone, now)
        decision, said = drafted.decision, drafted.words
        set_aside = await Brake(tx, now, settings.part_price_minor).for_reminders(member.account_id)
        price_own = said.parts * settings.part_price_minor
        way = await foretell_way(tx, member.account_id, decision.channel, price_own, set_aside)
        account = await tx.get(AccountCopy, member.account_id)
        can_speak = Channel.VOICE in planner.house.sendable and await providers_of(tx, member.account_id, Channel.VOICE)
    reason = decision.reason or way.obstacle
    provider = None if decision.reason else way.provider
    is_planned = reason is None
    price = Money(amount=way.price, currency=account.currency if account else "UAH") if way.price is not None else None
    return MessageForecast(
        text=said.text,
        channel=decision.channel,
        channels=["sms", "voice"] if can_speak else ["sms"],
        state="suppressed" if decision.reason else "planned" if is_planned else "held",
        is_now=is_planned and decision.planned_at <= now,
        planned_at=decision.planned_at,
        parts=said.parts,
        most_parts=MOST_PARTS,
        price=None if decision.reason else price,
        provider=provider,
        reason_code=reason,
        reason_text=words.reason(reason, drafted.params, provider),
        fix=words.fix(reason, provider, client_id),
        help_url=words.help_url(reason),
        left_for_client=min(left.to_client, left.today),
        left_today=left.today,
    )


@router.post("", operation_id="write_to_client", response_model=WrittenMessage, status_code=201)
async def write(
    client_id: UUID,
    body: MessageDraft,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    planner: PlannerDep,
    words: WordsDep,
    once: OnceDep,
) -> Response:
    """Write to the client. What may not go is kept with its reason, as every message is."""
    member.require(Permission.CLIENT_MESSAGE)
    await _wait(db, member.account_id, client_id, body.booking_id)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)

        async def effect() -> WrittenMessage:
            to = await find_addressee(tx, member, client_id, body.booking_id)
            row = await write_to_client(tx, planner, member, to, body, now)
            return _letter(row, row.created_at, words, sees_phones=member.may(Permission.CLIENT_VIEW_PHONE))

        return await once.run(tx, effect)


async def _wait(db: Database, account_id: UUID, client_id: UUID, booking_id: UUID | None) -> None:
    """Until what was made a moment ago is known here too; what never comes is refused by whoever looks for it."""

    async def card() -> ClientCopy | None:
        async with db.tx(account_id) as tx:
            return await tx.get(ClientCopy, (account_id, client_id))

    async def visit() -> object | None:
        assert booking_id is not None
        async with db.tx(account_id) as tx:
            return await queries.booking_copy(tx, account_id, booking_id)

    if await wait_for_copy(client_id, card) is not None and booking_id is not None:
        await wait_for_copy(booking_id, visit)


def _letter(row: NotificationRow | Reply, at: datetime, words: Words, *, sees_phones: bool) -> WrittenMessage:
    said = row.text or None
    shown = said if sees_phones or said is None else hide_numbers(said)
    if isinstance(row, Reply):
        return WrittenMessage(id=row.id, direction="in", text=shown, at=at, booking_id=row.booking_id)
    assert (row.kind, row.recipient_type) == (Kind.WRITTEN, CLIENT)  # what a page of letters is made of
    author = row.facts.get("author_id")
    state: Any = row.state
    return WrittenMessage(
        id=row.id,
        direction="out",
        text=shown,
        at=at,
        author_id=UUID(author) if author else None,
        author_name=row.facts.get("author_name"),
        booking_id=row.booking_id,
        channel=row.channel,
        parts=row.parts,
        state=state,
        planned_at=row.planned_at,
        reason_code=row.reason_code,
        reason_text=words.reason(row.reason_code, row.reason_params, row.provider),
        fix=words.fix(row.reason_code, row.provider, row.client_id),
        help_url=words.help_url(row.reason_code),
    )
