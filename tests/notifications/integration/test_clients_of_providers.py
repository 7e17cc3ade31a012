"""The clients of TurboSMS (both gateways) and AlphaSMS against their simulators, fault by fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.providers import HttpClient
from notifications.domain.outcomes import Accepted, Delivery, ErrorClass, NotSent, Refused, Unknown
from notifications.providers import OutgoingSms, SmsProvider
from notifications.providers.alphasms import AlphaSms
from notifications.providers.turbosms_http import TurboSmsHttp
from notifications.providers.turbosms_soap import TurboSmsSoap
from tests.simulators.running import Simulators, becomes_true

PHONE = "+380671234567"
BEFORE = ["drop_before", "timeout_before", "http_500", "http_502", "html_reply"]
AFTER = ["timeout_after_accept", "drop_after_accept", "http_500_after_accept", "html_after_accept"]


def sms(number: int = 70_001, **more: Any) -> OutgoingSms:
    usual = {"phone_e164": PHONE, "sender_name": "Salon", "text": "Чекаємо на вас завтра о 14:00"}
    return OutgoingSms(number, **(usual | more))


@pytest.fixture
def patience_s(request: pytest.FixtureRequest) -> float:
    """How long a client waits for an answer: short where the answer is not to come, long where it is."""
    return 0.5 if "timeout" in request.node.name else 10.0


@pytest.fixture
async def turbosms(simulators: Simulators, patience_s: float) -> AsyncIterator[TurboSmsHttp]:
    http = HttpClient(f"{simulators.base_url}/turbosms", total_timeout_s=patience_s, headers={"Connection": "close"})
    yield TurboSmsHttp(http, "good-token")
    await http.close()


@pytest.fixture
def soap(simulators: Simulators, patience_s: float) -> TurboSmsSoap:
    return TurboSmsSoap(f"{simulators.base_url}/turbosms/api/soap.html", patience_s, "salon", "secret")


@pytest.fixture
async def alphasms(simulators: Simulators, patience_s: float) -> AsyncIterator[AlphaSms]:
    http = HttpClient(f"{simulators.base_url}/alphasms", total_timeout_s=patience_s, headers={"Connection": "close"})
    yield AlphaSms(http, "good-key")
    await http.close()


@pytest.fixture(params=["turbosms", "soap", "alphasms"])
def provider(request: pytest.FixtureRequest) -> SmsProvider:
    provider: SmsProvider = request.getfixturevalue(request.param)
    return provider


def seller(provider: SmsProvider) -> str:
    return "alphasms" if isinstance(provider, AlphaSms) else "turbosms"


async def test_an_sms_is_taken_billed_and_delivered(provider: SmsProvider, simulators: Simulators) -> None:
    outcome = await provider.send(sms())
    assert isinstance(outcome, Accepted)
    [accepted] = await simulators.ledger(seller(provider))
    assert (accepted["phone"], accepted["text"]) == (PHONE, sms().text)
    message_id = outcome.message_id or ""

    async def is_delivered() -> bool:
        seen = await provider.statuses([message_id])
        return seen[message_id].delivery is Delivery.DELIVERED

    await becomes_true(is_delivered)


@pytest.mark.parametrize("mode", AFTER)
async def test_an_answer_lost_after_acceptance_is_unknown(
    provider: SmsProvider, simulators: Simulators, mode: str
) -> None:
    method = "send"
    await simulators.fault(seller(provider), mode, method=method)
    assert isinstance(await provider.send(sms()), Unknown)
    assert len(await simulators.ledger(seller(provider))) == 1


@pytest.mark.parametrize("mode", BEFORE)
async def test_silence_before_acceptance_cannot_be_told_from_silence_after(
    provider: SmsProvider, simulators: Simulators, mode: str
) -> None:
    await simulators.fault(seller(provider), mode, method="send")
    assert isinstance(await provider.send(sms()), Unknown)
    assert await simulators.ledger(seller(provider)) == []


async def test_a_closed_port_is_surely_not_sent(simulators: Simulators) -> None:
    nobody = HttpClient("http://127.0.0.1:9", total_timeout_s=0.5)
    for provider in (
        TurboSmsHttp(nobody, "good-token"),
        AlphaSms(nobody, "good-key"),
        TurboSmsSoap("http://127.0.0.1:9/", 0.5, "salon", "secret"),
    ):
        assert isinstance(await provider.send(sms()), NotSent)
    await nobody.close()


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("reject_auth", ErrorClass.AUTH),
        ("no_funds", ErrorClass.NO_FUNDS),
        ("sender_unknown", ErrorClass.SENDER),
        ("invalid_phone", ErrorClass.BAD_RECIPIENT),
        ("stop_list", ErrorClass.STOP_LIST),
    ],
)
async def test_a_refusal_has_its_class_at_every_provider(
    provider: SmsProvider, simulators: Simulators, mode: str, error: ErrorClass
) -> None:
    await simulators.fault(seller(provider), mode)
    outcome = await provider.send(sms())
    assert isinstance(outcome, Refused)
    assert outcome.error is error
    assert await simulators.ledger(seller(provider)) == []


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("account_blocked", ErrorClass.AUTH),
        ("sender_inactive", ErrorClass.SENDER),
    ],
)
async def test_refusals_that_only_turbosms_has(
    turbosms: TurboSmsHttp, simulators: Simulators, mode: str, error: ErrorClass
) -> None:
    await simulators.fault("turbosms", mode)
    outcome = await turbosms.send(sms())
    assert isinstance(outcome, Refused)
    assert outcome.error is error


@pytest.mark.parametrize("mode", ["fatal_999", "fatal_999_after_accept", "fatal_500_after_accept", "send_failed"])
async def test_codes_after_which_the_message_may_have_gone_are_unknown(
    turbosms: TurboSmsHttp, simulators: Simulators, mode: str
) -> None:
    await simulators.fault("turbosms", mode)
    assert isinstance(await turbosms.send(sms()), Unknown)


@pytest.mark.parametrize("code", [301, 105])
async def test_both_codes_of_a_bad_token_mean_the_same(
    simulators: Simulators, turbosms: TurboSmsHttp, code: int
) -> None:
    await simulators.put("/switches/turbosms", {"bad_token_code": code})
    outcome = await TurboSmsHttp(turbosms.http, "mistyped").send(sms())
    assert isinstance(outcome, Refused)
    assert (outcome.error, outcome.code) == (ErrorClass.AUTH, str(code))


@pytest.mark.parametrize("code", [800, 801, 0])
async def test_every_code_of_acceptance_is_acceptance(
    turbosms: TurboSmsHttp, simulators: Simulators, code: int
) -> None:
    await simulators.put("/switches/turbosms", {"accepted_code": code})
    assert isinstance(await turbosms.send(sms()), Accepted)


async def test_an_identical_call_repeated_is_the_first_ones_answer(
    turbosms: TurboSmsHttp, simulators: Simulators
) -> None:
    first, second = await turbosms.send(sms()), await turbosms.send(sms())
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert second.message_id == first.message_id
    await simulators.put("/switches/turbosms", {"duplicates": "refuse_427"})
    other = sms(text="Інше")
    await turbosms.send(other)
    third = await turbosms.send(other)
    assert isinstance(third, Refused)
    assert third.error is ErrorClass.DUPLICATE


async def test_the_check_of_turbosms_reads_access_name_and_balance(
    turbosms: TurboSmsHttp, simulators: Simulators
) -> None:
    good = await turbosms.check("Salon")
    assert good.trouble is None
    assert float(good.balance or 0) > 0
    nameless = (await turbosms.check("Nobody")).trouble
    assert isinstance(nameless, Refused)
    assert nameless.error is ErrorClass.SENDER
    stranger = (await TurboSmsHttp(turbosms.http, "mistyped").check("Salon")).trouble
    assert isinstance(stranger, Refused)
    assert stranger.error is ErrorClass.AUTH
    await simulators.put("/accounts/turbosms/good-token", {"balance": 0})
    poor = (await turbosms.check("Salon")).trouble
    assert isinstance(poor, Refused)
    assert poor.error is ErrorClass.NO_FUNDS
    assert await simulators.ledger("turbosms") == []


async def test_the_check_of_the_others(soap: TurboSmsSoap, alphasms: AlphaSms) -> None:
    assert (await soap.check("Salon")).trouble is None
    wrong = (await TurboSmsSoap(soap.url, 10.0, "salon", "mistyped").check("Salon")).trouble
    assert isinstance(wrong, Refused)
    assert wrong.error is ErrorClass.AUTH
    assert "Неверный логин" in wrong.text
    assert (await alphasms.check("Salon")).trouble is None
    wrong = (await AlphaSms(alphasms.http, "mistyped").check("Salon")).trouble
    assert isinstance(wrong, Refused)
    assert wrong.error is ErrorClass.AUTH


async def test_soap_signs_in_once_more_when_the_session_is_lost(soap: TurboSmsSoap, simulators: Simulators) -> None:
    await simulators.fault("turbosms", "session_lost", count=1, method="send")
    assert isinstance(await soap.send(sms()), Accepted)
    await simulators.fault("turbosms", "session_lost", method="send")
    outcome = await soap.send(sms())
    assert isinstance(outcome, Refused)
    assert outcome.error is ErrorClass.AUTH


async def test_alphasms_knows_our_number(alphasms: AlphaSms, simulators: Simulators) -> None:
    await simulators.fault("alphasms", "drop_after_accept", count=1)
    assert isinstance(await alphasms.send(sms(123_456)), Unknown)
    found = await alphasms.look_up(123_456)
    assert found is not None
    assert not isinstance(found, Unknown)
    assert await alphasms.look_up(123_457) is None
    assert isinstance(await alphasms.send(sms(123_456)), Unknown)  # a number used before proves nothing by itself
    await simulators.fault("alphasms", "reject_auth")
    assert isinstance(await alphasms.look_up(123_456), Unknown)


async def test_turbosms_cannot_be_asked_by_our_number(turbosms: TurboSmsHttp, soap: TurboSmsSoap) -> None:
    assert isinstance(await turbosms.look_up(1), Unknown)
    assert isinstance(await soap.look_up(1), Unknown)


@pytest.mark.parametrize(
    ("ending", "delivery"), [("1001", Delivery.UNDELIVERED), ("1002", Delivery.EXPIRED), ("1006", Delivery.REJECTED)]
)
async def test_ends_that_are_no_delivery(
    provider: SmsProvider, simulators: Simulators, ending: str, delivery: Delivery
) -> None:
    outcome = await provider.send(sms(phone_e164=f"+38067123{ending}"))
    assert isinstance(outcome, Accepted)
    message_id = outcome.message_id or ""
    await simulators.push_clock(10)
    assert (await provider.statuses([message_id]))[message_id].delivery is delivery


async def test_secrets_travel_in_headers_and_bodies_only(
    turbosms: TurboSmsHttp, soap: TurboSmsSoap, alphasms: AlphaSms, simulators: Simulators
) -> None:
    for provider in (turbosms, soap, alphasms):
        await provider.send(sms())
        await provider.check("Salon")
    for name in ("turbosms", "alphasms"):
        for request in (await simulators.get(f"/requests/{name}"))["items"]:
            for secret in ("good-token", "secret", "good-key"):
                assert secret not in request["path"] + request["query"]
