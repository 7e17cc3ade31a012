"""Tell a waiting client that freed time is kept for them, and take the message back when the offer has ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.booking import WaitlistEntryState, WaitlistOffered, WaitlistOfferEnded
from kit import telemetry
from kit.db import Tx
from kit.ids import new_id
from kit.wakeups import notify
from notifications.domain.facts import Decision, Kind, Rules, Situation, Standing, Visit
from notifications.domain.merging import WAITING
from notifications.domain.planner import CLIENT, plan_offer
from notifications.domain.reasons import Reason
from notifications.rules import rules_of
from notifications.situation import Known, client_of, read_known_clients, zone_of
from notifications.tables import NotificationRow, WaitlistCopy
from notifications.wording import OwnText, Words, fill, shortened, template_key

from .plan_booking import Planner
from .write_decisions import DUE_CHANNEL, state_of


@dataclass(frozen=True)
class Waitlist:
    """What telling about offers needs."""

    planner: Planner

    async def offered(self, event: WaitlistOffered, tx: Tx, now: datetime) -> None:
        """One decision for each offer, whatever becomes of it; one that has ended already is recorded and not sent."""
        entry, account_id = event.entry, event.account_id
        offer = entry.offer
        assert account_id is not None
        if offer is None:
            return
        is_newest = await _is_newest(tx, event, now)
        if is_newest:
            await _take_back(tx, event, now)
        rules = await rules_of(tx, account_id, self.planner.house)
        known = await read_known_clients(tx, account_id, [entry.client])
        zone = zone_of(offer.time_zone)
        situation = _situation(known, entry, rules, zone)
        [decision] = plan_offer(situation, f"offer {offer.hold_id}", offer.expires_at.astimezone(UTC), now)
        if not is_newest and decision.reason is None:
            decision = replace(decision, reason=Reason.REPLACED)
        card = known.client(entry.client)
        words = self._words(known, entry, card.language) if decision.reason is None else None
        values = _values(account_id, entry, decision, words, now)
        values |= {"recipient_name": card.name, "phone_e164": card.phone_e164, "language": card.language}
        values |= {"time_zone": zone.key, "location_id": offer.location_id}
        statement = insert(NotificationRow).values(values).on_conflict_do_nothing(constraint="one_decision")
        await tx.execute(statement)
        if decision.reason is None:
            await notify(tx, DUE_CHANNEL)

    async def ended(self, event: WaitlistOfferEnded, tx: Tx, now: datetime) -> None:
        """What has not gone yet is not sent any more, nor is an offer that is still on its way here."""
        if await _is_newest(tx, event, now):
            await _take_back(tx, event, now)

    def _words(self, known: Known, entry: WaitlistEntryState, language: str) -> Words:
        offer = entry.offer
        assert offer is not None
        zone = zone_of(offer.time_zone)
        local, account = offer.starts_at.astimezone(zone), known.account
        location = known.locations.get(offer.location_id)
        day, hour = f"{local:%d.%m}", f"{local:%H:%M}"
        values = {
            "account": account.name if account else offer.location_name,
            "location": offer.location_name,
            "address": (location.address if location else None) or offer.location_name,
            "phone": (location.phone_e164 if location else None) or "",
            "client": entry.client.name,
            "service": ", ".join(entry.service_names),
            "staff": ", ".join(offer.staff_member_names),
            "date": day,
            "time": hour,
            "old_date": day,
            "old_time": hour,
            "price": "",
        }
        link = f"{self.planner.public_url.rstrip('/')}/w/{offer.code}"
        filled = {**{name: shortened(value) for name, value in values.items()}, "link": link}
        own = known.templates.get((CLIENT, Kind.WAITLIST_OFFER, language))
        standard = self.planner.texts.get(language, template_key(CLIENT, Kind.WAITLIST_OFFER))
        if own is not None and own.used_text is not None:
            return fill(OwnText(own.used_text, own.used_transliterated), filled)
        return fill(OwnText(standard), filled)


async def _is_newest(tx: Tx, event: WaitlistOffered | WaitlistOfferEnded, now: datetime) -> bool:
    """Note how far the wish has come; false when more is known of it already."""
    row = WaitlistCopy
    values = {"version": event.version, "changed_at": now}
    noted = insert(row).values(account_id=event.account_id, entry_id=event.entry.id, **values)
    newer = await tx.execute(
        noted.on_conflict_do_update(
            index_elements=["account_id", "entry_id"], set_=values, where=row.version < event.version
        ).returning(row.version)
    )
    return newer.first() is not None


async def _take_back(tx: Tx, event: WaitlistOffered | WaitlistOfferEnded, now: datetime) -> None:
    row = NotificationRow
    waiting = await tx.scalars(
        select(row)
        .where(
            row.account_id == event.account_id,
            row.kind == Kind.WAITLIST_OFFER,
            row.recipient_id == event.entry.client.id,
            row.state.in_(WAITING),
            row.facts["entry_id"].astext == str(event.entry.id),
        )
        .with_for_update()
    )
    for one in waiting:
        one.state, one.reason_code, one.due_at = "cancelled", Reason.REPLACED, None
        one.version, one.changed_at = one.version + 1, now


def _situation(known: Known, entry: WaitlistEntryState, rules: Rules, zone: Any) -> Situation:
    offer = entry.offer
    assert offer is not None
    visit = Visit(
        version=0,
        standing=Standing(offer.starts_at.astimezone(UTC), frozenset()),
        ends_at=offer.ends_at.astimezone(UTC),
        zone=zone,
        location_id=offer.location_id,
        is_ahead=False,
        is_cancelled=False,
        by_unconfirmed_door=True,
    )
    return Situation(visit, client_of(known, entry.client), (), rules, None)


def _values(
    account_id: UUID, entry: WaitlistEntryState, decision: Decision, words: Words | None, now: datetime
) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "id": new_id(),
        "client_id": entry.client.id,
        "kind": decision.kind,
        "occasion": decision.occasion,
        "recipient_type": decision.recipient_type,
        "recipient_id": decision.recipient_id,
        "channel": decision.channel,
        "state": state_of(decision.reason),
        "reason_code": decision.reason,
        "reason_params": {},
        "planned_at": decision.planned_at,
        "useful_until": decision.useful_until,
        "due_at": decision.planned_at if decision.reason is None else None,
        "text": words.text if words else None,
        "parts": words.parts if words else None,
        "facts": {"entry_id": str(entry.id)},
        "booking_version": 0,
        "version": 1,
        "trace": telemetry.carry(),
        "created_at": now,
        "changed_at": now,
    }
