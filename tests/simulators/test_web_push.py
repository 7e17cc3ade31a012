"""The push service refuses what a real one refuses, and opens what is sealed for its browser."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.providers.web_push import Subscription, Vapid, sealed
from tests.simulators.running import Simulators

KEY = "Q4uPj0oTn0cX4X6cVgm0bV2hV8r7m9n1T2l3k4j5h6g"
VAPID = Vapid(KEY, "mailto:ops@zapys.example")


async def subscribed(simulators: Simulators, name: str = "b-1") -> Subscription:
    shown = await simulators.put(f"/accounts/webpush/{name}", {})
    return Subscription(shown["endpoint"], shown["keys"]["p256dh"], shown["keys"]["auth"])


async def push(simulators: Simulators, to: Subscription, plain: bytes = b'{"a": 1}', /, **headers: str) -> int:
    usual = {
        "Authorization": VAPID.authorization(to.endpoint, time.time()),
        "Content-Encoding": "aes128gcm",
        "TTL": "60",
    }
    usual = {name: value for name, value in (usual | headers).items() if value}
    async with simulators.session.post(to.endpoint, data=sealed(to, plain), headers=usual) as answer:
        return answer.status


async def test_a_sealed_message_is_opened_by_its_browser(simulators: Simulators) -> None:
    browser = await subscribed(simulators)
    assert await push(simulators, browser, '{"title": "Запис"}'.encode()) == 201
    [taken] = await simulators.ledger("webpush")
    assert taken["payload"] == {"title": "Запис"}


async def test_a_message_sealed_for_another_browser_is_refused(simulators: Simulators) -> None:
    browser, other = await subscribed(simulators), await subscribed(simulators, "b-2")
    stranger = Subscription(browser.endpoint, other.p256dh, other.auth)
    assert await push(simulators, stranger) == 400
    assert await simulators.ledger("webpush") == []


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("Authorization", "", 401), ("TTL", "", 400), ("Content-Encoding", "aesgcm", 415)],
)
async def test_what_a_header_lacks_is_refused(simulators: Simulators, header: str, value: str, status: int) -> None:
    assert await push(simulators, await subscribed(simulators), **{header: value}) == status


async def test_a_signature_for_another_origin_or_for_too_long_is_refused(simulators: Simulators) -> None:
    browser = await subscribed(simulators)
    elsewhere = VAPID.authorization("https://push.example/x", time.time())
    assert await push(simulators, browser, Authorization=elsewhere) == 403
    own = ec.derive_private_key(5, ec.SECP256R1())
    claims = {"aud": simulators.base_url, "exp": int(time.time()) + 90_000, "sub": "mailto:a@b.example"}
    too_long = f"vapid t={jwt.encode(claims, own, algorithm='ES256')}, k={VAPID.public_key}"
    assert await push(simulators, browser, Authorization=too_long) == 403


async def test_a_subscription_belongs_to_the_key_that_used_it_first(simulators: Simulators) -> None:
    browser = await subscribed(simulators)
    assert await push(simulators, browser) == 201
    other = Vapid("AQ", "mailto:ops@zapys.example")
    assert await push(simulators, browser, Authorization=other.authorization(browser.endpoint, time.time())) == 403


async def test_a_browser_that_left_is_gone(simulators: Simulators) -> None:
    browser = await subscribed(simulators)
    await simulators.put("/accounts/webpush/b-1", {"state": "gone"})
    assert await push(simulators, browser) == 410
