"""The HTTP gateway: `module/method.json`, always answered with HTTP 200."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.faults import TRANSPORT, TRANSPORT_BEFORE, Fault
from simulators.turbosms.accounts import Account
from simulators.turbosms.codes import NAMES, Refused, envelope
from simulators.turbosms.office import ITEM_CODES, NAME, Office
from simulators.turbosms.order import read_order
from simulators.turbosms.parameters import parameters, token_of
from simulators.turbosms.reports import kyiv_time
from simulators.wire import answered, json_text

AUTH_MODES = frozenset({"reject_auth", "account_blocked"})
READ_MODES = TRANSPORT_BEFORE | AUTH_MODES | {"fatal_999"}
SEND_MODES = (
    TRANSPORT | AUTH_MODES | frozenset(ITEM_CODES) | {"fatal_999", "fatal_999_after_accept", "fatal_500_after_accept"}
)
SENDING = frozenset({"send", "sendmulti"})


class HttpGateway:
    """Routes of api.turbosms.ua."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.router = APIRouter()
        for module in ("message", "user", "file"):
            self.router.add_api_route(
                f"/{module}/{{method}}", self.serve, methods=["GET", "POST"], name=f"turbosms-{module}"
            )

    async def serve(self, request: Request, method: str) -> Response:
        """Answer one call, whatever is wrong with it, with an envelope."""
        method = method.removesuffix(".json")
        try:
            given = await parameters(request)
        except Refused as refused:
            return _answer(envelope(refused.code))
        try:
            token = token_of(request, given)
        except Refused as refused:
            return _answer(envelope(refused.code))
        known = self._office.accounts.by_token.get(token)
        names = known.names if known else frozenset({token})
        modes = SEND_MODES if method in SENDING else READ_MODES
        fault = self._office.bench.faults.strike(NAME, names, method, modes)

        async def accept() -> Response:
            rate = self._office.switches["sends_per_second"]
            if method in SENDING and not self._office.pace.lets_through(token, 1, rate):
                # No code of the gateway is known for haste; what stands in front of it answers as web servers do.
                return Response("Too Many Requests", status_code=429, headers={"Retry-After": "1"})
            return _answer(self._verdict(token, method, given, fault))

        return await answered(fault, accept)

    def _verdict(self, token: str, method: str, given: dict[str, Any], fault: Fault | None) -> dict[str, object]:
        mode = fault.mode if fault else ""
        try:
            if mode == "reject_auth":
                raise Refused(self._office.switches["bad_token_code"])
            if mode == "account_blocked":
                raise Refused(106)
            account = self._office.account(token)
            if mode == "fatal_999":
                raise Refused(999)
            verdict = self._done(account, method, given, fault)
        except Refused as refused:
            return envelope(refused.code)
        if mode == "fatal_999_after_accept":
            return envelope(999)
        if mode == "fatal_500_after_accept":
            return envelope(500)
        return verdict

    def _done(self, account: Account, method: str, given: dict[str, Any], fault: Fault | None) -> dict[str, object]:
        match method:
            case "send":
                return self._send(account, given, fault)
            case "sendmulti":
                return self._send_many(account, given, fault)
            case "status":
                return self._status(account, given)
            case "ping":
                return envelope(1)
            case "balance":
                return envelope(0, {"balance": account.balance_hundredths / 100})
            case "senders":
                senders = [{"sender": name, "is_active": active} for name, active in account.senders.items()]
                return envelope(0, senders)
            case _:
                return envelope(300)

    def _send(self, account: Account, given: dict[str, Any], fault: Fault | None) -> dict[str, object]:
        wanted = {name: value for name, value in given.items() if name != "token"}
        if not wanted:
            raise Refused(104)
        body = json_text(dict(sorted(wanted.items())))
        if (first := self._office.repeated(account, body)) is not None:
            return envelope(507, first)
        switches = self._office.switches
        order = read_order(
            wanted,
            account,
            self._office.bench.clock.now(),
            limit=switches["recipients_limit"],
            part_limit=switches["part_limit"],
            transactional_refusal=switches["transactional_refusal"],
        )
        return self._office.send(account, order, body, fault)

    def _send_many(self, account: Account, given: dict[str, Any], fault: Fault | None) -> dict[str, object]:
        results: dict[str, object] = {}
        for key, wanted in given.items():
            if key == "token":
                continue
            try:
                if not isinstance(wanted, dict):
                    raise Refused(300)
                results[key] = self._send(account, wanted, fault)
            except Refused as refused:
                results[key] = envelope(refused.code)
        return envelope(0, results)

    def _status(self, account: Account, given: dict[str, Any]) -> dict[str, object]:
        ids = given.get("messages")
        if not ids:
            raise Refused(104)
        items = [self._status_of(account, message_id) for message_id in (ids if isinstance(ids, list) else [ids])]
        return envelope(0, items)

    def _status_of(self, account: Account, message_id: object) -> dict[str, object]:
        if not isinstance(message_id, str):
            return {"message_id": message_id, "response_code": 307, "response_status": NAMES[307]}
        message = self._office.messages.get(message_id)
        if message is None or message.account != account.id:
            return {"message_id": message_id, "response_code": 414, "response_status": NAMES[414]}
        now = self._office.bench.clock.now()
        step = message.step(now)
        sent = message.sent_at(now)
        item: dict[str, object] = {
            "message_id": message_id,
            "response_code": 0,
            "response_status": NAMES[0],
            "recipient": message.phone,
            "sent": kyiv_time(sent) if sent else None,
            "updated": kyiv_time(step.at),
            "status": step.status,
            "type": step.channel,
        }
        if step.channel == "viber":
            item |= {"rejected_status": None, "click_time": None}
        return item


def _answer(verdict: dict[str, object]) -> Response:
    return Response(json_text(verdict), media_type="application/json; charset=utf-8")
