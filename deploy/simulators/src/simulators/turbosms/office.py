"""The office behind both gateways of TurboSMS: accounts, accepted messages, charges, reports."""

from collections import OrderedDict
from datetime import datetime
from typing import Any
from uuid import uuid4

from simulators.bench import Bench
from simulators.faults import Fault
from simulators.journal import Arrived
from simulators.pace import Pace
from simulators.switches import Switch, Switches
from simulators.turbosms.accounts import Account, Accounts
from simulators.turbosms.codes import NAMES, Refused, envelope
from simulators.turbosms.messages import Message, sms_steps, viber_steps
from simulators.turbosms.order import SMS_PRICE, Order, recipient_digits
from simulators.turbosms.reports import push_reports

NAME = "turbosms"
KEPT_MESSAGES = 200_000
KEPT_SEND_CALLS = 5_000

# Faults that one recipient is refused with, though the call was in order.
ITEM_CODES = {
    "no_funds": 203,
    "sender_unknown": 400,
    "sender_inactive": 401,
    "stop_list": 404,
    "invalid_phone": 305,
    "send_failed": 503,
}
# Faults that concern all recipients alike are told once for the whole call.
CALL_CODES = frozenset({203, 400, 401})


class Office:
    """What TurboSMS remembers."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.accounts = Accounts()
        self.switches = Switches(
            {
                "duplicates": Switch("repeat_507", ("repeat_507", "refuse_427", "accept")),
                "duplicate_window_s": Switch(90.0),
                "bad_token_code": Switch(301, (301, 105)),
                "accepted_code": Switch(800, (800, 801, 0)),
                "recipients_limit": Switch(5000),
                "part_limit": Switch(10),
                "report_minute_s": Switch(0.1),
                "report_type": Switch("dlr"),
                "transactional_refusal": Switch(0, (0, 415, 416)),
                "incoming_type": Switch("viber_incoming"),
                "sends_per_second": Switch(0),
            }
        )
        self.messages: OrderedDict[str, Message] = OrderedDict()
        self.pace = Pace()
        self._calls: OrderedDict[tuple[str, str], tuple[datetime, list[dict[str, Any]]]] = OrderedDict()
        self._said: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def reset(self) -> None:
        self.accounts.reset()
        self.switches.reset()
        self.messages.clear()
        self._calls.clear()
        self._said.clear()

    def account(self, token: str) -> Account:
        """The active account of a token; `Refused` otherwise."""
        account = self.accounts.by_token.get(token)
        if account is None:
            raise Refused(self.switches["bad_token_code"])
        if not account.is_active:
            raise Refused(106)
        return account

    def repeated(self, account: Account, body: str) -> list[dict[str, Any]] | None:
        """The results of an identical call of the last 90 seconds, where such calls are answered with 507."""
        if self.switches["duplicates"] != "repeat_507":
            return None
        known = self._calls.get((account.id, body))
        if known is None or not self._is_recent(known[0]):
            return None
        return known[1]

    def send(self, account: Account, order: Order, body: str, fault: Fault | None) -> dict[str, object]:
        """Accept the order as far as possible and answer with the envelope."""
        refusal = ITEM_CODES.get(fault.mode) if fault else None
        if refusal in CALL_CODES:
            return envelope(refusal)
        items: list[dict[str, Any]] = []
        seen: set[str] = set()
        for spelling in order.recipients:
            try:
                message = self._accept_one(account, order, spelling, seen, refusal)
                items.append(_item(message.phone, 0, message.id))
            except Refused as refused:
                digits = "".join(sign for sign in spelling if sign.isdigit())
                items.append(_item(digits, refused.code, None))
        codes = {item["response_code"] for item in items}
        if codes == {203}:
            return envelope(203)
        self._calls[(account.id, body)] = (self.bench.clock.now(), items)
        while len(self._calls) > KEPT_SEND_CALLS:
            self._calls.popitem(last=False)
        if codes == {0}:
            return envelope(self.switches["accepted_code"], items)
        return envelope(802 if 0 in codes else items[0]["response_code"], items)

    def _accept_one(
        self, account: Account, order: Order, spelling: str, seen: set[str], refusal: int | None
    ) -> Message:
        phone = recipient_digits(spelling)
        if phone in seen:
            raise Refused(407)
        seen.add(phone)
        body = order.viber or order.sms
        assert body is not None
        said = (account.id, phone, f"{body.sender}\n{body.text}")
        if self.switches["duplicates"] == "refuse_427" and said in self._said and self._is_recent(self._said[said]):
            raise Refused(427)
        if refusal is not None:
            raise Refused(refusal)
        account.charge(order.price)
        self._said[said] = self.bench.clock.now()
        while len(self._said) > KEPT_MESSAGES:
            self._said.popitem(last=False)
        return self.take(account, order, phone, via_soap=False)

    def take(self, account: Account, order: Order, phone: str, *, via_soap: bool) -> Message:
        """Record an accepted and paid message, and set off what follows from it."""
        now = self.bench.clock.now()
        since = max(now, order.starts_at) if order.starts_at else now
        body = order.viber or order.sms
        assert body is not None
        channel = "viber" if order.viber else "sms"
        message = Message(str(uuid4()), account.id, phone, body.sender, body.text, channel, order.parts, via_soap)
        if order.viber:
            message.steps = viber_steps(
                phone, since, self.bench.clock, ttl_s=order.viber_ttl_s, falls_back=order.sms is not None
            )
        else:
            message.steps = sms_steps(phone, since, self.bench.clock)
        self.messages[message.id] = message
        while len(self.messages) > KEPT_MESSAGES:
            self.messages.popitem(last=False)
        self.bench.ledger(NAME).accept(
            now,
            account.id,
            channel,
            message_id=message.id,
            phone="+" + phone,
            sender=body.sender,
            text=body.text,
            parts=message.parts,
            price=order.price / 100,
            gateway="soap" if via_soap else "http",
        )
        self._bring(account, order, message, now)
        if account.hook is not None and not via_soap:
            self.bench.later(NAME, push_reports(self.bench.clock, account.hook, message, self.switches.shown()))
        return message

    def _bring(self, account: Account, order: Order, message: Message, now: datetime) -> None:
        """Show the message on the phone: at once, or when a schedule, a delay or a fallback says so."""
        if not message.reaches_phone:
            return
        delivered = next(step for step in message.steps if step.status == "Delivered")
        falls_back = order.sms is not None and message.channel == "viber" and delivered.channel == "sms"
        if falls_back or message.phone.endswith("1003") or message.steps[0].at > now:
            self.bench.later(NAME, self._bring_later(account, order, message, delivered.at, falls_back=falls_back))
        else:
            self._show(message, now, message.sender, message.text)

    async def _bring_later(
        self, account: Account, order: Order, message: Message, at: datetime, *, falls_back: bool
    ) -> None:
        await self.bench.clock.sleep_until(at)
        if falls_back and order.sms:
            account.balance_hundredths -= order.parts * SMS_PRICE
            self._show(message, at, order.sms.sender, order.sms.text)
        else:
            self._show(message, at, message.sender, message.text)

    def _show(self, message: Message, at: datetime, sender: str, text: str) -> None:
        self.bench.phones.receive(Arrived(at, message.phone, sender, text, NAME, message.id))

    def _is_recent(self, moment: datetime) -> bool:
        window_s: float = self.switches["duplicate_window_s"]
        return (self.bench.clock.now() - moment).total_seconds() < window_s


def _item(phone: str, code: int, message_id: str | None) -> dict[str, Any]:
    return {"phone": phone, "response_code": code, "message_id": message_id, "response_status": NAMES[code]}
