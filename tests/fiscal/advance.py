"""Asking for money in advance, as tests do it, and waiting for what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.fiscal.salon import Salon
from tests.support.waiting import eventually

ACQUIRERS = ("liqpay", "monobank", "wayforpay")
KEYS = {
    "liqpay": {"merchant": "test_public", "secret": "test_private"},
    "monobank": {"secret": "good-token"},
    "wayforpay": {"merchant": "demo_merchant", "secret": "test_secret", "domain": "salon.example"},
}


async def with_shop(salon: Salon, provider: str) -> None:
    answer = await salon.ask("PUT", f"/acquirers/{provider}", KEYS[provider])
    assert answer.status_code == 200, answer.text
    assert KEYS[provider]["secret"] not in answer.text


async def asked(salon: Salon, booking: UUID, **body: Any) -> dict[str, Any]:
    answer = await salon.ask("POST", f"/bookings/{booking}/prepayment", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def checkout(salon: Salon, prepayment: dict[str, Any], provider: str | None = None) -> dict[str, Any]:
    body = {"provider": provider} if provider else None
    answer = await salon.bench.http.post(f"/api/v1/public/payments/{prepayment['id']}/checkout", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["checkout"])


async def becomes(salon: Salon, booking: UUID, state: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def is_so() -> bool:
        found.update((await salon.get(f"/bookings/{booking}/prepayment"))["items"][0])
        return bool(found["state"] == state)

    await eventually(is_so)
    return found


async def attempts_become(salon: Salon, booking: UUID, *states: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def are() -> bool:
        found[:] = (await salon.get(f"/bookings/{booking}/prepayment"))["items"][0]["payments"]
        return tuple(attempt["state"] for attempt in found) == states

    try:
        await eventually(are)
    except AssertionError:
        raise AssertionError(f"attempts are {[(one['state'], one['reason_code']) for one in found]}") from None
    return found
