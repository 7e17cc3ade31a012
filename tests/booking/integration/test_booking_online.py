"""A client looks, holds, books."""

from contracts.booking import BookingCreated, ClientChanged


async def test_a_client_books_an_offered_hour_and_it_is_gone(salon):
    day = salon.day()
    assert "10:00" in await salon.starts(day)
    booked = await salon.booked(salon.at("10:00"))
    assert booked["state"] == "pending"
    assert booked["payment_state"] == "unpaid"
    assert booked["source"] == "site"
    [item] = booked["items"]
    assert (item["service_id"], item["staff_member_id"]) == (salon.service, salon.staff)
    assert item["price"] == {"amount": 50000, "currency": "UAH"}
    assert "10:00" not in await salon.starts(day)
    [said] = await salon.bench.said(BookingCreated, account_id=salon.account_id)
    assert str(said.booking.id) == booked["id"]
    assert said.version == booked["version"] == 1
    [client] = await salon.bench.said(ClientChanged, account_id=salon.account_id)
    assert client.client.phone_confirmed
