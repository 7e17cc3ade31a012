"""People who were erased, and came back with an older database, are erased again by themselves."""

import pytest
from sqlalchemy import text

from booking.usecases.clients.repeat_erasures import repeat_erasures
from contracts.booking import ClientErased
from kit.ids import new_id
from kit.messaging import now_utc

LISTED = text("INSERT INTO erasure_to_repeat (account_id, client_id) VALUES (:account_id, :client_id)")
LEFT = text("SELECT client_id FROM erasure_to_repeat WHERE account_id = :account_id")


@pytest.mark.row("N26")
async def test_whoever_a_restore_has_listed_is_erased_again_as_soon_as_it_can_be(salon):
    gone = await salon.write_down(salon.at("10:00"), client={"name": "Соломія", "phone": "+380671230001"})
    await salon.ok("POST", f"/bookings/{gone['id']}/cancel", {"reason": "Захворіла"})
    ahead = await salon.write_down(salon.at("12:00"), client={"name": "Марія", "phone": "+380671230002"})
    clients = [one["client"]["id"] for one in (gone, ahead)]
    db, of_account = salon.bench.service.db, {"account_id": salon.account_id}
    async with db.system_tx() as tx:
        for client_id in (*clients, new_id()):  # of the last nothing came back
            await tx.execute(LISTED, of_account | {"client_id": client_id})

    async def left() -> list[str]:
        await repeat_erasures(db, now_utc())
        async with db.system_tx() as tx:
            return [str(one) for one in await tx.scalars(LEFT, of_account)]

    assert await left() == [clients[1]]
    await salon.ok("POST", f"/bookings/{ahead['id']}/cancel", {"reason": "Захворіла"})
    assert await left() == []
    assert await left() == []
    said = await salon.bench.said(ClientErased, account_id=salon.account_id)
    assert [str(one.client_id) for one in said] == clients
    for client_id in clients:
        assert (await salon.ok("GET", f"/clients/{client_id}"))["phone"] is None
