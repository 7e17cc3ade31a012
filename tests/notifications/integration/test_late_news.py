"""News that come after what overtook them: nobody is told what is no more, nobody comes back who was forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from contracts.booking import BookingChanged, ClientChanged, ClientErased, WaitlistOffered, WaitlistOfferEnded
from tests.notifications.salon import Salon

from .test_texts_of_its_own import VISIT, offer_rows, offered


def ended(event: WaitlistOffered) -> WaitlistOfferEnded:
    entry = event.entry.model_copy(update={"state": "waiting", "offer": None})
    return WaitlistOfferEnded(account_id=event.account_id, version=event.version + 1, entry=entry, ended_by="declined")


def offered_again(salon: Salon, event: WaitlistOffered) -> WaitlistOffered:
    entry = offered(salon).entry.model_copy(update={"id": event.entry.id, "client": event.entry.client})
    return WaitlistOffered(account_id=event.account_id, version=event.version + 2, entry=entry)


async def test_an_offer_whose_end_came_first_is_written_down_and_not_told(salon: Salon) -> None:
    late = offered(salon, version=2)
    await salon.deliver(ended(late))
    await salon.deliver(late)
    await salon.send()
    [row] = await offer_rows(salon)
    assert (row.state, row.reason_code, row.due_at) == ("cancelled", "replaced", None)


async def test_of_two_offers_the_newer_alone_is_told_in_whatever_order_they_come(salon: Salon) -> None:
    first = offered(salon, version=2)
    second = offered_again(salon, first)
    for event in (first, second, ended(first)):
        await salon.deliver(event)
    await salon.send()
    assert [row.state for row in await offer_rows(salon)] == ["cancelled", "sent"]
    assert second.entry.client.phone_e164 is not None
    assert len(await salon.simulators.phone(second.entry.client.phone_e164)) == 1


@pytest.mark.parametrize("known_before", [True, False])
async def test_whoever_was_erased_does_not_come_back_with_old_news_of_a_visit(salon: Salon, known_before: bool) -> None:
    client = salon.client(name="Вікторія-Незабутня")
    booking = salon.booking(VISIT, client=client, comment="Вікторія-Незабутня просить каву")
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    if known_before:
        await salon.deliver(salon.created(booking))
    erased = ClientErased(account_id=salon.account_id, version=2, client_id=client.id, erased_at=booking.created_at)
    await salon.deliver(erased)
    if not known_before:
        await salon.deliver(salon.created(booking))
    await salon.deliver(BookingChanged(account_id=salon.account_id, version=2, booking=booking))
    async with salon.bench.service.db.system_tx() as tx:
        for table in ("client_copy", "booking_copy", "notification", "public_event"):
            rows = await tx.execute(
                text(f"SELECT count(*) FROM {table} AS t WHERE account_id = :id AND t::text ~ :person"),
                {"id": salon.account_id, "person": f"Незабутня|{(client.phone_e164 or '+')[1:]}"},
            )
            assert rows.scalar_one() == 0, table
    assert {row.reason_code for row in await salon.rows(booking)} <= {
        "recipient_no_phone",
        "too_late",
        "type_disabled",
        "client_opted_out",
    }
