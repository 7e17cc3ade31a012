"""One contract for every client, whatever it speaks: what was taken, what surely was not, and what nobody knows.

Each client meets its provider's stand-in over the real protocol; the same sentences must hold for all of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from kit.providers import HttpClient
from notifications.domain.carriers import Channel
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown
from notifications.providers import OutgoingSms
from notifications.providers.alphasms import AlphaSms
from notifications.providers.mail import OutgoingMail, Smtp
from notifications.providers.public_addresses import PublicHttp, Rule
from notifications.providers.telegram import TelegramBot
from notifications.providers.turbosms_http import TurboSmsHttp
from notifications.providers.turbosms_soap import TurboSmsSoap
from notifications.providers.web_push import Subscription, Vapid, WebPush
from tests.simulators.running import Simulators

PHONE = "+380671234567"
TEXT = "Чекаємо на вас завтра о 14:00"
VAPID = Vapid("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI", "mailto:ops@zapys.example")
NOBODY = "http://127.0.0.1:9"
LOST = ["drop_after_accept", "timeout_after_accept"]


@dataclass
class Client:
    """A client with the provider that it speaks to and the words that this provider has for common troubles."""

    name: str
    provider: str
    send: Callable[[], Awaitable[Outcome]]
    send_to_nobody: Callable[[], Awaitable[Outcome]]
    auth_mode: str = "reject_auth"
    address_mode: str = "invalid_phone"
    address_error: ErrorClass = ErrorClass.BAD_RECIPIENT
    limit_mode: str | None = None
    method: str | None = "send"


def sms(**more: Any) -> OutgoingSms:
    return OutgoingSms(70_001, PHONE, "Salon", TEXT, **more)


def mail() -> OutgoingMail:
    return OutgoingMail("m-1", "olena@example.com", "Запис", TEXT, datetime(2026, 12, 7, tzinfo=UTC))


CLIENTS = [
    "turbosms-http",
    "turbosms-soap",
    "turbosms-viber",
    "alphasms",
    "alphasms-viber",
    "alphasms-voice",
    "telegram",
    "web-push",
    "smtp",
]


@pytest.fixture(params=CLIENTS)
async def client(request: pytest.FixtureRequest, simulators: Simulators) -> AsyncIterator[Client]:
    base, patience_s = simulators.base_url, 0.5 if "timeout" in request.node.name else 10.0
    http = {
        name: HttpClient(f"{base}/{name}", total_timeout_s=patience_s, headers={"Connection": "close"})
        for name in ("turbosms", "alphasms", "telegram")
    }
    away = HttpClient(NOBODY, total_timeout_s=0.5)
    outside = PublicHttp.of(Rule(allows_loopback=True), timeout_s=patience_s)
    yield await _client(request.param, simulators, http, away, outside, patience_s)
    closing: list[HttpClient | PublicHttp] = [*http.values(), away, outside]
    for one in closing:
        await one.close()


async def _client(
    name: str,
    simulators: Simulators,
    http: dict[str, HttpClient],
    away: HttpClient,
    outside: PublicHttp,
    patience_s: float,
) -> Client:
    viber, voice = sms(viber_sender_name="Salon"), sms(channel=Channel.VOICE)
    match name:
        case "turbosms-http" | "turbosms-viber":
            wanted = sms() if name == "turbosms-http" else viber
            turbosms, far = TurboSmsHttp(http["turbosms"], "good-token"), TurboSmsHttp(away, "good-token")
            return Client(name, "turbosms", lambda: turbosms.send(wanted), lambda: far.send(wanted))
        case "turbosms-soap":
            url = f"{simulators.base_url}/turbosms/api/soap.html"
            soap, far_soap = (
                TurboSmsSoap(url, patience_s, "salon", "secret"),
                TurboSmsSoap(NOBODY, 0.5, "salon", "secret"),
            )
            return Client(name, "turbosms", lambda: soap.send(sms()), lambda: far_soap.send(sms()))
        case "alphasms" | "alphasms-viber" | "alphasms-voice":
            wanted = {"alphasms": sms(), "alphasms-viber": viber, "alphasms-voice": voice}[name]
            alpha, far_alpha = AlphaSms(http["alphasms"], "good-key"), AlphaSms(away, "good-key")
            send, far_send = (lambda: alpha.send(wanted)), (lambda: far_alpha.send(wanted))
            return Client(name, "alphasms", send, far_send, limit_mode="too_fast")
        case "telegram":
            await simulators.put("/accounts/telegram/4242", {"state": "started"})
            bot, far_bot = TelegramBot(http["telegram"], "100001:good-token"), TelegramBot(away, "100001:good-token")
            return Client(
                name,
                "telegram",
                lambda: bot.send("4242", TEXT),
                lambda: far_bot.send("4242", TEXT),
                address_mode="blocked",
                address_error=ErrorClass.GONE,
                limit_mode="too_many",
                method="sendMessage",
            )
        case "web-push":
            shown = await simulators.put("/accounts/webpush/browser", {})
            here = Subscription(shown["endpoint"], shown["keys"]["p256dh"], shown["keys"]["auth"])
            there = Subscription(f"{NOBODY}/x", here.p256dh, here.auth)
            push = WebPush(outside, VAPID)
            return Client(
                name,
                "webpush",
                lambda: push.send(here, {"body": TEXT}, ttl_s=600),
                lambda: push.send(there, {"body": TEXT}, ttl_s=600),
                address_mode="gone",
                address_error=ErrorClass.GONE,
                limit_mode="too_many",
                method=None,
            )
        case _:
            port, box = simulators.smtp_port, "no-reply@zapys.example"
            relay = Smtp("127.0.0.1", port, box, "Zapys", "salon", "secret", timeout_s=patience_s)
            no_relay = Smtp("127.0.0.1", 9, box, "Zapys", timeout_s=0.5)
            return Client(
                name,
                "smtp",
                lambda: relay.send(mail()),
                lambda: no_relay.send(mail()),
                address_mode="mailbox_unknown",
                method=None,
            )


async def test_what_was_accepted_was_accepted_once(client: Client, simulators: Simulators) -> None:
    assert isinstance(await client.send(), Accepted)
    [taken] = await simulators.ledger(client.provider)
    assert TEXT in str(taken)


@pytest.mark.parametrize("mode", LOST)
async def test_an_answer_that_is_lost_after_acceptance_is_an_unknown_outcome(
    client: Client, simulators: Simulators, mode: str
) -> None:
    narrowed = {"method": client.method} if client.method else {}
    await simulators.fault(client.provider, mode, **narrowed)
    assert isinstance(await client.send(), Unknown)
    assert len(await simulators.ledger(client.provider)) == 1


async def test_nobody_at_the_address_means_surely_not_sent(client: Client, simulators: Simulators) -> None:
    assert isinstance(await client.send_to_nobody(), NotSent)
    assert await simulators.ledger(client.provider) == []


async def test_a_bad_address_is_told_apart_from_everything_else(client: Client, simulators: Simulators) -> None:
    await simulators.fault(client.provider, client.address_mode)
    outcome = await client.send()
    assert isinstance(outcome, Refused)
    assert outcome.error is client.address_error
    assert await simulators.ledger(client.provider) == []


async def test_refused_access_is_told_apart_from_everything_else(client: Client, simulators: Simulators) -> None:
    await simulators.fault(client.provider, client.auth_mode)
    outcome = await client.send()
    assert isinstance(outcome, Refused)
    # To a push service a wrong key is a malformed request: no setting of an account cures it.
    assert outcome.error is (ErrorClass.BUG if client.provider == "webpush" else ErrorClass.AUTH)
    assert await simulators.ledger(client.provider) == []


async def test_haste_is_answered_with_a_pause(client: Client, simulators: Simulators) -> None:
    if client.provider == "smtp":
        await simulators.fault("smtp", "try_later")
        outcome = await client.send()
        assert isinstance(outcome, Refused)
        assert outcome.error is ErrorClass.TRANSIENT
        return
    if client.limit_mode is None:
        await simulators.put("/switches/turbosms", {"sends_per_second": 0.001})
        await client.send()
    else:
        await simulators.fault(client.provider, client.limit_mode)
    outcome = await client.send()
    if client.name == "turbosms-soap":
        assert isinstance(outcome, Accepted)  # the SOAP gateway knows no limit
        return
    assert isinstance(outcome, Refused)
    assert outcome.error is ErrorClass.LIMIT
    assert (outcome.retry_after_s or 0) > 0


@pytest.mark.row("N45")
async def test_a_voice_message_is_read_aloud_by_the_one_provider_that_can(simulators: Simulators) -> None:
    http = HttpClient(f"{simulators.base_url}/alphasms", total_timeout_s=10.0)
    assert isinstance(await AlphaSms(http, "good-key").send(sms(channel=Channel.VOICE)), Accepted)
    [taken] = await simulators.ledger("alphasms")
    assert (taken["kind"], taken["text"]) == ("voice", TEXT)
    assert isinstance(await TurboSmsHttp(http, "good-token").send(sms(channel=Channel.VOICE)), Refused)
    await http.close()


@pytest.mark.parametrize("provider", ["turbosms", "alphasms"])
async def test_whoever_has_no_viber_gets_the_sms(simulators: Simulators, provider: str) -> None:
    http = HttpClient(f"{simulators.base_url}/{provider}", total_timeout_s=10.0)
    client = TurboSmsHttp(http, "good-token") if provider == "turbosms" else AlphaSms(http, "good-key")
    wanted = OutgoingSms(70_002, "+380671231005", "Salon", TEXT, viber_sender_name="Salon")
    outcome = await client.send(wanted)
    assert isinstance(outcome, Accepted)
    await simulators.push_clock(10)
    seen = await client.statuses([outcome.message_id or ""])
    assert seen[outcome.message_id or ""].delivery.reached
    await http.close()


async def test_a_text_that_viber_refuses_goes_as_an_sms_and_once(simulators: Simulators) -> None:
    await simulators.put("/switches/turbosms", {"transactional_refusal": 416})
    http = HttpClient(f"{simulators.base_url}/turbosms", total_timeout_s=10.0)
    assert isinstance(await TurboSmsHttp(http, "good-token").send(sms(viber_sender_name="Salon")), Accepted)
    [taken] = await simulators.ledger("turbosms")
    assert taken["kind"] == "sms"
    await http.close()


async def test_a_group_that_became_a_supergroup_is_followed_once(simulators: Simulators) -> None:
    await simulators.put("/accounts/telegram/-1001234567890", {"state": "started"})
    await simulators.fault("telegram", "migrated", token="77")
    http = HttpClient(f"{simulators.base_url}/telegram", total_timeout_s=10.0)
    assert isinstance(await TelegramBot(http, "100001:good-token").send("77", TEXT), Accepted)
    [taken] = await simulators.ledger("telegram")
    assert taken["chat_id"] == "-1001234567890"
    await http.close()
