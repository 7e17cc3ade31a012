from xml.etree import ElementTree
from xml.sax.saxutils import escape

import aiohttp
import pytest

from tests.simulators.running import Simulators

NAMESPACE = "http://turbosms.in.ua/api/Turbo"


class SoapClient:
    """One cookie jar at the SOAP gateway."""

    def __init__(self, simulators: Simulators, session: aiohttp.ClientSession) -> None:
        self._url = simulators.base_url + "/turbosms/api/soap.html"
        self._session = session

    async def call(self, operation: str, **arguments: str) -> list[str]:
        inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
        body = (
            '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<{operation} xmlns="{NAMESPACE}">{inside}</{operation}></s:Body></s:Envelope>'
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f"{NAMESPACE}/{operation}"}
        async with self._session.post(self._url, data=body.encode(), headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            result = ElementTree.fromstring(await answer.read()).find(f".//{{{NAMESPACE}}}{operation}Result")
        assert result is not None
        return [line.text or "" for line in result] if len(result) else [result.text or ""]


@pytest.fixture
async def soap(simulators: Simulators):
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield SoapClient(simulators, session)


async def sign_in(soap: SoapClient) -> None:
    assert await soap.call("Auth", login="salon", password="secret") == ["Вы успешно авторизировались"]


async def test_a_fresh_cookie_jar_is_not_signed_in(simulators, soap) -> None:
    await sign_in(soap)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        assert await SoapClient(simulators, other).call("GetCreditBalance") == ["Вы не авторизированы"]
    assert await soap.call("GetCreditBalance") == ["100000.00"]


@pytest.mark.parametrize(("login", "password"), [("salon", "wrong"), ("good-token", "good-token"), ("nobody", "x")])
async def test_other_credentials_are_refused(soap, login, password) -> None:
    assert await soap.call("Auth", login=login, password=password) == ["Неверный логин или пароль"]


async def test_soap_that_is_not_ticked_looks_like_a_wrong_password(simulators, soap) -> None:
    await simulators.put("/accounts/turbosms/good-token", {"soap_enabled": False})
    assert await soap.call("Auth", login="salon", password="secret") == ["Неверный логин или пароль"]


async def test_a_message_gets_an_id_or_a_text_per_number(simulators, soap) -> None:
    await simulators.stop_clock()
    await sign_in(soap)
    verdict, first, second = await soap.call(
        "SendSMS", sender="Salon", destination="+380671234567,+380000000000", text="Привіт & <до> зустрічі"
    )
    assert verdict == "Сообщения успешно отправлены"
    assert second == "Не удалось распознать номер получателя"
    [message] = await simulators.phone("+380671234567")
    assert (message["text"], message["message_id"]) == ("Привіт & <до> зустрічі", first)
    assert await soap.call("GetMessageStatus", MessageId=first) == ["В очереди"]
    assert await soap.call("GetNewMessages") == [first]
    await simulators.push_clock(0.5)
    assert await soap.call("GetMessageStatus", MessageId=first) == ["Сообщение передано в мобильную сеть"]
    await simulators.push_clock(2)
    assert await soap.call("GetMessageStatus", MessageId=first) == ["Сообщение доставлено получателю"]
    assert await soap.call("GetNewMessages") == [""]


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"sender": "Nope", "destination": "+380671234567", "text": "т"}, "Данная подпись запрещена"),
        ({"sender": "Салон", "destination": "+380671234567", "text": "т"}, "Подпись отправителя может содержать"),
        ({"sender": "Salon", "destination": "+380671234567"}, "Не достаточно параметров"),
    ],
)
async def test_a_refusal_is_a_sentence(soap, arguments, fragment) -> None:
    await sign_in(soap)
    [verdict] = await soap.call("SendSMS", **arguments)
    assert fragment in verdict


async def test_too_little_money_says_how_much_is_missing(simulators, soap) -> None:
    await sign_in(soap)
    await simulators.put("/accounts/turbosms/good-token", {"balance": 1})
    destination = "+380671234567,+380501234567,+380631234567"
    assert await soap.call("SendSMS", sender="Salon", destination=destination, text="т") == [
        "Не хватает 2 кредитов для отправки сообщений"
    ]
    assert await simulators.ledger("turbosms") == []


async def test_a_lost_session_asks_to_sign_in_again(simulators, soap) -> None:
    await sign_in(soap)
    await simulators.fault("turbosms", "session_lost", count=1, token="salon")
    assert await soap.call("GetCreditBalance") == ["Вы не авторизированы"]
    assert await soap.call("GetCreditBalance") == ["100000.00"]


async def test_the_wsdl_names_every_operation_and_the_address(simulators) -> None:
    async with simulators.session.get(simulators.base_url + "/turbosms/api/wsdl.html") as answer:
        document = ElementTree.fromstring(await answer.read())
    names = {node.get("name") for node in document.iter("{http://schemas.xmlsoap.org/wsdl/}operation")}
    assert names == {"Auth", "GetCreditBalance", "SendSMS", "GetMessageStatus", "GetNewMessages"}
    [address] = document.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert address.get("location") == simulators.base_url + "/turbosms/api/soap.html"


async def test_an_unreadable_envelope_is_a_soap_fault(simulators) -> None:
    url = simulators.base_url + "/turbosms/api/soap.html"
    async with simulators.session.post(url, data=b"<nonsense") as answer:
        assert answer.status == 500
        assert "Fault" in await answer.text()
