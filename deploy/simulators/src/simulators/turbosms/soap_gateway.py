"""The SOAP gateway: login and password once, then a cookie; every verdict is a Russian sentence."""

import secrets
from collections import OrderedDict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.faults import TRANSPORT, TRANSPORT_BEFORE, Fault
from simulators.segments import sms_parts
from simulators.turbosms.accounts import SENDER_FORM, Account
from simulators.turbosms.codes import Refused
from simulators.turbosms.office import NAME, Office
from simulators.turbosms.order import SMS_PRICE, Body, Order, recipient_digits
from simulators.turbosms.soap_xml import OPERATIONS, BadEnvelope, fault, read_call, reply, wsdl
from simulators.wire import answered

COOKIE = "PHPSESSID"
KEPT_SESSIONS = 10_000

SIGNED_IN = "Вы успешно авторизировались"
NOT_SIGNED_IN = "Вы не авторизированы"
WRONG_LOGIN = "Неверный логин или пароль"
NOT_ACTIVE = "Ваша учётная запись не активирована, свяжитесь с администрацией"
TOO_FEW = "Не достаточно параметров для выполнения функции"
SENT = "Сообщения успешно отправлены"
SENDER_FORBIDDEN = "Данная подпись запрещена администратором"
SENDER_MALFORMED = "Подпись отправителя может содержать только латинские буквы, цифры и знаки . _ - &"
BAD_NUMBER = "Не удалось распознать номер получателя"
STOP_LIST = "Номер получателя находится в стоп-листе"
NOT_SAVED = "Не удалось сохранить данные сообщения"
NO_MESSAGE = "Сообщение с таким ID не найдено"
STATUSES = {
    "Queued": "В очереди",
    "Sent": "Сообщение передано в мобильную сеть",
    "Delivered": "Сообщение доставлено получателю",
    "Undelivered": "Не доставлено",
    "Expired": "Истек срок сообщения",
    "Rejected": "Отклонено",
}

AUTH_MODES = frozenset({"reject_auth", "account_blocked"})
SEND_MODES = (
    TRANSPORT | AUTH_MODES | {"no_funds", "sender_unknown", "stop_list", "invalid_phone", "send_failed", "session_lost"}
)
READ_MODES = TRANSPORT_BEFORE | AUTH_MODES | {"session_lost"}
_METHODS = {
    "Auth": "auth",
    "GetCreditBalance": "balance",
    "SendSMS": "send",
    "GetMessageStatus": "status",
    "GetNewMessages": "new_messages",
}


class SoapGateway:
    """Routes of turbosms.in.ua."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self.router = APIRouter()
        self.router.add_api_route("/api/wsdl.html", self.wsdl, methods=["GET"])
        self.router.add_api_route("/api/soap.html", self.serve, methods=["POST"])

    def reset(self) -> None:
        self._sessions.clear()

    async def wsdl(self, request: Request) -> Response:
        return Response(wsdl(str(request.url).replace("wsdl.html", "soap.html")), media_type="text/xml")

    async def serve(self, request: Request) -> Response:
        """Answer one call; a verdict is never an HTTP error, an unreadable envelope is a SOAP fault."""
        try:
            operation, arguments = read_call(await request.body())
        except BadEnvelope as error:
            return Response(fault(str(error)), status_code=500, media_type="text/xml")
        cookie = request.cookies.get(COOKIE)
        account = self._signed_in(cookie)
        if operation == "Auth":
            account = self._office.accounts.by_login(arguments.get("login", ""))
        names = account.names if account else frozenset({arguments.get("login", "")})
        modes = SEND_MODES if operation == "SendSMS" else READ_MODES
        met = self._office.bench.faults.strike(NAME, names, _METHODS[operation], modes)

        async def accept() -> Response:
            if operation == "Auth":
                return self._sign_in(arguments, met)
            verdict = self._verdict(operation, arguments, self._signed_in(cookie), met)
            return Response(reply(operation, verdict), media_type="text/xml")

        return await answered(met, accept)

    def _signed_in(self, cookie: str | None) -> Account | None:
        token = self._sessions.get(cookie or "")
        return next((account for account in self._office.accounts.by_token.values() if account.id == token), None)

    def _sign_in(self, arguments: dict[str, str], met: Fault | None) -> Response:
        if not all(arguments.get(name) for name in OPERATIONS["Auth"]):
            return Response(reply("Auth", TOO_FEW), media_type="text/xml")
        account = self._office.accounts.by_login(arguments["login"])
        mode = met.mode if met else ""
        if (
            account is None
            or account.password != arguments["password"]
            or not account.soap_enabled
            or mode == "reject_auth"
        ):
            return Response(reply("Auth", WRONG_LOGIN), media_type="text/xml")
        if not account.is_active or mode == "account_blocked":
            return Response(reply("Auth", NOT_ACTIVE), media_type="text/xml")
        answer = Response(reply("Auth", SIGNED_IN), media_type="text/xml")
        cookie = secrets.token_hex(16)
        self._sessions[cookie] = account.id
        while len(self._sessions) > KEPT_SESSIONS:
            self._sessions.popitem(last=False)
        answer.set_cookie(COOKIE, cookie, path="/")
        return answer

    def _verdict(
        self, operation: str, arguments: dict[str, str], account: Account | None, met: Fault | None
    ) -> str | list[str]:
        in_list = operation in {"SendSMS", "GetNewMessages"}
        if account is None or (met and met.mode in {"reject_auth", "session_lost"}):
            return [NOT_SIGNED_IN] if in_list else NOT_SIGNED_IN
        if not account.is_active or (met and met.mode == "account_blocked"):
            return [NOT_ACTIVE] if in_list else NOT_ACTIVE
        match operation:
            case "GetCreditBalance":
                return f"{account.balance_hundredths / 100:.2f}"
            case "SendSMS":
                return self._send(arguments, account, met)
            case "GetMessageStatus":
                return self._status(arguments, account)
            case _:
                now = self._office.bench.clock.now()
                return [
                    message.id
                    for message in self._office.messages.values()
                    if message.account == account.id and message.via_soap and not message.is_final(now)
                ]

    def _send(self, arguments: dict[str, str], account: Account, met: Fault | None) -> list[str]:
        if not all(arguments.get(name) for name in ("sender", "destination", "text")):
            return [TOO_FEW]
        mode = met.mode if met else ""
        sender, text = arguments["sender"], arguments["text"]
        if not SENDER_FORM.fullmatch(sender):
            return [SENDER_MALFORMED]
        if not account.senders.get(sender) or mode == "sender_unknown":
            return [SENDER_FORBIDDEN]
        phones = arguments["destination"].split(",")
        price = sms_parts(text) * SMS_PRICE
        short = price * len(phones) - account.balance_hundredths
        if short > 0 or mode == "no_funds":
            return [f"Не хватает {max(short, price) / 100:g} кредитов для отправки сообщений"]
        return [SENT, *(self._send_one(account, phone, sender, text, mode) for phone in phones)]

    def _send_one(self, account: Account, spelling: str, sender: str, text: str, mode: str) -> str:
        if not spelling.startswith("+") or mode == "invalid_phone":
            return BAD_NUMBER
        if mode in {"stop_list", "send_failed"}:
            return STOP_LIST if mode == "stop_list" else NOT_SAVED
        try:
            phone = recipient_digits(spelling)
        except Refused as refused:
            return STOP_LIST if refused.code == 404 else BAD_NUMBER
        order = Order([spelling], Body(sender, text), None, 0, None)
        account.charge(order.price)
        return self._office.take(account, order, phone, via_soap=True).id

    def _status(self, arguments: dict[str, str], account: Account) -> str:
        message = self._office.messages.get(arguments.get("MessageId", ""))
        if message is None or message.account != account.id:
            return NO_MESSAGE
        return STATUSES[message.step(self._office.bench.clock.now()).status]
