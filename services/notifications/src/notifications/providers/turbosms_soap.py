"""TurboSMS by its SOAP gateway: login and password of the gateway, a cookie, and Russian sentences for verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from kit.providers import CallFailed, HttpClient, Reached
from notifications.domain.carriers import Channel
from notifications.domain.outcomes import Accepted, Delivery, ErrorClass, NotSent, Outcome, Refused, Unknown

from .protocol import Checked, OutgoingSms, StatusSeen

NAMESPACE = "http://turbosms.in.ua/api/Turbo"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_SIGNED_IN = "успешно авторизир"
_NOT_SIGNED_IN = "не авторизирован"
_SENT = "успешно отправлен"
_FRAGMENTS = (
    (ErrorClass.AUTH, (_NOT_SIGNED_IN, "неверный логин", "не активирована")),
    (ErrorClass.NO_FUNDS, ("не хватает",)),
    (ErrorClass.SENDER, ("подпись",)),
    (ErrorClass.BAD_RECIPIENT, ("не удалось распознать номер",)),
    (ErrorClass.STOP_LIST, ("стоп-лист", "стоп лист")),
    (ErrorClass.TRANSIENT, ("не удалось сохранить данные",)),
    (ErrorClass.BUG, ("не достаточно параметров", "недостаточно параметров")),
)
_STATUSES = (
    ("доставлено получателю", Delivery.DELIVERED),
    ("не доставлено", Delivery.UNDELIVERED),
    ("истек срок", Delivery.EXPIRED),
    ("отклонено", Delivery.REJECTED),
    ("в очереди", Delivery.QUEUED),
    ("передано в мобильную сеть", Delivery.SENT),
    ("отправлено", Delivery.SENT),
)
_MESSAGE_ID = re.compile(r"[0-9A-Fa-f-]{8,64}")


class _NoVerdict(Exception):
    """The answer is no SOAP answer to what was asked."""


@dataclass(frozen=True)
class TurboSmsSoap:
    """One account. Each piece of work signs in with a cookie jar of its own, so that no two accounts share one."""

    url: str
    timeout_s: float
    login: str
    password: str

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Sign in and hand over; the gateway goes on after a client gives up, so silence is an unknown outcome."""
        if sms.channel is Channel.VOICE:
            return Refused(ErrorClass.BUG, "", "TurboSMS reads nothing aloud")
        arguments = {"sender": sms.sender_name, "destination": sms.phone_e164, "text": sms.text}
        session = _Session(self)
        try:
            refusal = await session.sign_in()
            if refusal is not None:
                return refusal
            said = await session.ask_handing_over("SendSMS", arguments)
            if said and _NOT_SIGNED_IN in said[0].lower():
                if (refusal := await session.sign_in()) is not None:
                    return refusal
                said = await session.ask_handing_over("SendSMS", arguments)
        except _Failed as failed:
            return failed.outcome
        finally:
            await session.close()
        return _verdict(said)

    async def check(self, sender_name: str) -> Checked:  # noqa: ARG002 - the gateway does not list names
        """Sign in and read the credits."""
        session = _Session(self)
        try:
            refusal = await session.sign_in()
            if refusal is not None:
                return Checked(refusal if not isinstance(refusal, Accepted) else None)
            said = await session.ask("GetCreditBalance", {})
        except _Failed as failed:
            return Checked(failed.outcome)
        finally:
            await session.close()
        found = re.search(r"-?\d+(?:[.,]\d+)?", said[0] if said else "")
        balance = found[0].replace(",", ".") if found else None
        if balance is not None and float(balance) <= 0:
            return Checked(Refused(ErrorClass.NO_FUNDS, "", f"balance {balance}"), balance)
        return Checked(None, balance)

    async def statuses(self, message_ids: Sequence[str]) -> Mapping[str, StatusSeen]:
        """One call per message: the gateway knows no other way."""
        session = _Session(self)
        seen = {}
        try:
            if await session.sign_in() is not None:
                return {}
            for message_id in message_ids:
                said = await session.ask("GetMessageStatus", {"MessageId": message_id})
                if said and (delivery := _delivery(said[0])) is not None:
                    seen[message_id] = StatusSeen(delivery, said[0][:100])
        except _Failed:
            return seen
        finally:
            await session.close()
        return seen

    async def look_up(self, number: int) -> Unknown:  # noqa: ARG002 - the protocol's argument
        """TurboSMS takes no ids of ours (docs/adr/0020)."""
        return Unknown("TurboSMS cannot be asked by our number")


class _Failed(Exception):
    def __init__(self, outcome: NotSent | Unknown) -> None:
        super().__init__(outcome.cause)
        self.outcome = outcome


class _Session:
    """One signed-in conversation."""

    def __init__(self, account: TurboSmsSoap) -> None:
        self._account = account
        self._http = HttpClient(account.url, total_timeout_s=account.timeout_s, cookies=True)

    async def sign_in(self) -> Refused | NotSent | None:
        """None once signed in."""
        said = await self.ask("Auth", {"login": self._account.login, "password": self._account.password})
        text = said[0] if said else ""
        if _SIGNED_IN in text.lower() and _NOT_SIGNED_IN not in text.lower():
            return None
        return Refused(ErrorClass.AUTH, "", text[:200])

    async def ask(self, operation: str, arguments: Mapping[str, str]) -> list[str]:
        """A call without effect: whatever goes wrong, trying again is safe."""
        try:
            return await self._call(operation, arguments)
        except CallFailed as failed:
            raise _Failed(NotSent(failed.cause)) from failed
        except _NoVerdict as failed:
            raise _Failed(NotSent(str(failed))) from failed

    async def ask_handing_over(self, operation: str, arguments: Mapping[str, str]) -> list[str]:
        """A call that may have its effect although no answer came."""
        try:
            return await self._call(operation, arguments)
        except CallFailed as failed:
            surely_not = failed.reached is Reached.NOT_SENT
            raise _Failed(NotSent(failed.cause) if surely_not else Unknown(failed.cause)) from failed
        except _NoVerdict as failed:
            raise _Failed(Unknown(str(failed))) from failed

    async def close(self) -> None:
        await self._http.close()

    async def _call(self, operation: str, arguments: Mapping[str, str]) -> list[str]:
        inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{_ENVELOPE}"><e:Body>'
            f'<{operation} xmlns="{NAMESPACE}">{inside}</{operation}></e:Body></e:Envelope>'
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}/{operation}"'}
        answer = await self._http.request("POST", "", body=body.encode(), headers=headers)
        return _result(answer.body, operation)


def _result(body: bytes, operation: str) -> list[str]:
    """The texts of an answer; a list for `SendSMS`, one text for the others."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise _NoVerdict("a document type in the answer")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no DTD gets here, and the size is bounded
    except ElementTree.ParseError as error:
        raise _NoVerdict("an answer that is no XML") from error
    for element in root.iter():
        if element.tag.rpartition("}")[2] == f"{operation}Result":
            return [child.text or "" for child in element] or [element.text or ""]
    raise _NoVerdict("an answer without a result")


def _verdict(said: list[str]) -> Outcome:
    if not said:
        return Unknown("an empty verdict")
    if _SENT not in said[0].lower():
        return _refusal(said[0])
    of_recipient = said[1] if len(said) > 1 else ""
    if _MESSAGE_ID.fullmatch(of_recipient.strip()):
        return Accepted(of_recipient.strip(), "Отправлено")
    return _refusal(of_recipient) if of_recipient else Unknown("accepted, but without a word about the recipient")


def _refusal(text: str) -> Outcome:
    lowered = text.lower()
    for refusal, fragments in _FRAGMENTS:
        if any(fragment in lowered for fragment in fragments):
            return Refused(refusal, "", text[:200])
    return Unknown(text[:200])


def _delivery(text: str) -> Delivery | None:
    lowered = text.lower()
    return next((delivery for fragment, delivery in _STATUSES if fragment in lowered), None)
