"""The commands of a package: each answers for itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from simulators.alphasms.accounts import Account, ItemRefused
from simulators.alphasms.messages import Message, lay_out
from simulators.bench import Bench
from simulators.journal import Arrived
from simulators.segments import sms_parts
from simulators.switches import Switches

NAME = "alphasms"
SMS_PRICE, OTHER_PRICE = 95, 60  # hundredths of a hryvnia, per part and per message
CODE_PRICE = 25
LIFETIMES = {"sms": (3600, 259_200), "viber": (60, 172_800), "rcs": (60, 172_800)}
CHANNELS = {
    "sms": ["sms"],
    "viber": ["viber"],
    "viber+sms": ["viber", "sms"],
    "rcs": ["rcs"],
    "rcs+sms": ["rcs", "sms"],
    "rcs+viber+sms": ["rcs", "viber", "sms"],
}
VOICE_PRICE = 150
VOICES = frozenset({"male", "female"})
BY_MESSENGER = frozenset({"telegram", "whatsapp"})
MISSING = "Required field is missing"
BAD_PHONE = "Invalid phone number"
BAD_SENDER = "Error in Alpha-name"


@dataclass(frozen=True)
class Text:
    sender: str
    text: str


class Commands:
    """Acts the items of a package on an account."""

    def __init__(self, bench: Bench, switches: Switches) -> None:
        self._bench = bench
        self._switches = switches
        self._messages: dict[tuple[str, int], Message] = {}
        self._last_msg_id = 701_100_420

    def reset(self) -> None:
        self._messages.clear()

    def act(self, account: Account, item: dict[str, Any], mode: str) -> tuple[dict[str, Any], Message | None]:
        """The answer to one item, and the message that it became; `ItemRefused` has the text of a refusal."""
        kind = item.get("type")
        match kind:
            case "balance":
                return {"amount": account.balance_hundredths / 100, "currency": "UAH"}, None
            case "status":
                return self._status(account, item), None
            case "hlr":
                return self._hlr(item), None
            case "call/otp":
                return self._code_by_call(account, item), None
            case "voice":
                return self._voice(account, item, mode)
            case str() if kind in BY_MESSENGER:
                return self._code_by_messenger(account, item), None
            case "pipeline":
                return self._send(account, _unfolded(item), mode)
            case str() if kind in CHANNELS:
                return self._send(account, item, mode)
            case _:
                raise ItemRefused("Unknown type")

    def _send(self, account: Account, item: dict[str, Any], mode: str) -> tuple[dict[str, Any], Message]:
        own_id, phone = _own_id(item), _phone(item, mode)
        channels: list[str] = item.get("pipeline") or CHANNELS[item["type"]]
        texts = {channel: _text(item, channel) for channel in channels}
        for text in texts.values():
            if text.sender not in account.senders or mode == "sender_unknown":
                raise ItemRefused(BAD_SENDER)
        lifetimes = {channel: _lifetime(item, channel) for channel in channels}
        parts = sms_parts(texts[channels[-1]].text)
        price = parts * SMS_PRICE if channels[-1] == "sms" else OTHER_PRICE
        return self._take(account, item, mode, own_id, phone, channels, texts, lifetimes[channels[0]], parts, price)

    def _voice(self, account: Account, item: dict[str, Any], mode: str) -> tuple[dict[str, Any], Message]:
        """A text that is read aloud: no sender name, a voice that may be chosen."""
        own_id, phone = _own_id(item), _phone(item, mode)
        said, voice = item.get("message"), item.get("voice", {})
        if not isinstance(said, str) or not said:
            raise ItemRefused(f"{MISSING}: message")
        if not isinstance(voice, dict) or voice.get("gender", "female") not in VOICES:
            raise ItemRefused("Wrong voice")
        return self._take(
            account, item, mode, own_id, phone, ["voice"], {"voice": Text("voice", said)}, 0, 1, VOICE_PRICE
        )

    def _code_by_messenger(self, account: Account, item: dict[str, Any]) -> dict[str, Any]:
        own_id, phone, code = _own_id(item), _phone(item, ""), str(item.get("message", ""))
        if not code.isdigit() or not 4 <= len(code) <= 8:
            raise ItemRefused("Wrong message: a code of 4 to 8 digits")
        account.charge(CODE_PRICE, self._switches["no_funds_text"])
        now, kind = self._bench.clock.now(), str(item["type"])
        self._bench.ledger(NAME).accept(now, account.key, kind, id=own_id, message_id=None, phone="+" + phone)
        self._bench.phones.receive(Arrived(now, phone, kind.capitalize(), f"Код: {code}", NAME, str(own_id)))
        return {"id": own_id, "price": CODE_PRICE / 100}

    def _take(
        self,
        account: Account,
        item: dict[str, Any],
        mode: str,
        own_id: int,
        phone: str,
        channels: list[str],
        texts: dict[str, Text],
        lifetime_s: int,
        parts: int,
        price: int,
    ) -> tuple[dict[str, Any], Message]:
        """Charge and keep an item that is in order."""
        if own_id in account.used_ids:
            raise ItemRefused(self._switches["repeated_id_text"])
        if phone.endswith("0404") or mode == "stop_list":
            raise ItemRefused(self._switches["stop_list_text"])
        if mode == "no_funds":
            raise ItemRefused(self._switches["no_funds_text"])
        account.charge(price, self._switches["no_funds_text"])
        account.used_ids.add(own_id)
        now = self._bench.clock.now()
        self._last_msg_id += 1
        steps = lay_out(channels, phone, now, self._bench.clock, lifetime_s)
        hook = item.get("hook")
        message = Message(
            own_id, self._last_msg_id, item["type"], phone, steps, hook if isinstance(hook, str) else None
        )
        self._messages[account.key, own_id] = message
        self._bench.ledger(NAME).accept(
            now,
            account.key,
            item["type"],
            id=own_id,
            message_id=str(message.msg_id),
            phone="+" + phone,
            sender=texts[channels[-1]].sender,
            text=texts[channels[-1]].text,
            parts=parts,
            price=price / 100,
        )
        self._bring(message, texts, now)
        return {"id": own_id, "msg_id": message.msg_id, "data": 1, "parts": parts}, message

    def _bring(self, message: Message, texts: dict[str, Text], now: datetime) -> None:
        delivery = message.delivery
        if delivery is None:
            return
        text = texts[delivery.channel]
        arrived = Arrived(now, message.phone, text.sender, text.text, NAME, str(message.msg_id))
        if message.steps[0].channel == delivery.channel and not message.phone.endswith("1003"):
            self._bench.phones.receive(arrived)
        else:
            self._bench.later(NAME, self._bring_later(arrived, delivery.at))

    async def _bring_later(self, arrived: Arrived, at: datetime) -> None:
        await self._bench.clock.sleep_until(at)
        self._bench.phones.receive(replace(arrived, at=at))

    def _status(self, account: Account, item: dict[str, Any]) -> dict[str, Any]:
        own_id = _own_id(item)
        message = self._messages.get((account.key, own_id))
        if message is None:
            raise ItemRefused(self._switches["unknown_id_text"])
        step = message.step(self._bench.clock.now())
        answer = {"id": own_id, "type": message.kind, "status": step.status, "updated": step.at.isoformat()}
        if message.replies:
            return answer | {"status": "REPLIED", "replies": message.replies}
        return answer

    def reply(self, account: Account, phone: str, text: str) -> Message | None:
        """The person at `phone` answers the last message that this account sent them; none where there was none."""
        to_them = [
            message
            for (key, _), message in self._messages.items()
            if key == account.key and message.phone == phone.lstrip("+")
        ]
        if not to_them:
            return None
        said = {"datetime": self._bench.clock.now().isoformat(), "message": text, "media": None}
        to_them[-1].replies.append(said)
        return to_them[-1]

    def _hlr(self, item: dict[str, Any]) -> dict[str, Any]:
        phone = _phone(item, "")
        return {
            "id": _own_id(item),
            "status": "OK",
            "mccmnc": "25503",
            "ported": False,
            "network": {"origin": "Kyivstar", "ported": None},
            "phone": phone,
        }

    def _code_by_call(self, account: Account, item: dict[str, Any]) -> dict[str, Any]:
        own_id, phone = _own_id(item), _phone(item, "")
        account.charge(CODE_PRICE, self._switches["no_funds_text"])
        code = f"0{self._bench.chance.randrange(1000):03d}"  # begins with a zero: it is a text, not a number
        now = self._bench.clock.now()
        self._bench.ledger(NAME).accept(now, account.key, "call/otp", id=own_id, message_id=None, phone="+" + phone)
        self._bench.phones.receive(Arrived(now, phone, "Дзвінок", f"Код: {code}", NAME, str(own_id)))
        return {"id": own_id, "code": code, "price": CODE_PRICE / 100}


def _own_id(item: dict[str, Any]) -> int:
    own_id = item.get("id")
    if isinstance(own_id, str) and own_id.isdigit():
        own_id = int(own_id)
    if not isinstance(own_id, int) or isinstance(own_id, bool):
        raise ItemRefused(f"{MISSING}: id")
    return own_id


def _phone(item: dict[str, Any], mode: str) -> str:
    phone = str(item.get("phone", "")).lstrip("+")
    if not phone.isdigit() or len(phone) != 12 or not phone.startswith("380"):
        raise ItemRefused(BAD_PHONE)
    if phone.endswith("0305") or mode == "invalid_phone":
        raise ItemRefused(BAD_PHONE)
    return phone


def _text(item: dict[str, Any], channel: str) -> Text:
    sender, text = item.get(f"{channel}_signature"), item.get(f"{channel}_message")
    if not isinstance(sender, str) or not isinstance(text, str) or not text:
        raise ItemRefused(f"{MISSING}: {channel}_{'message' if sender else 'signature'}")
    return Text(sender, text)


def _lifetime(item: dict[str, Any], channel: str) -> int:
    lowest, highest = LIFETIMES[channel]
    seconds = item.get(f"{channel}_lifetime", 172_800)
    if not isinstance(seconds, int) or not lowest <= seconds <= highest:
        raise ItemRefused(f"Wrong {channel}_lifetime")
    return seconds


def _unfolded(item: dict[str, Any]) -> dict[str, Any]:
    """A pipeline with its nested channels spelled as the flat types spell them."""
    pipeline = item.get("pipeline")
    if not isinstance(pipeline, list) or not pipeline or not all(channel in LIFETIMES for channel in pipeline):
        raise ItemRefused("Wrong pipeline")
    flat = dict(item)
    for channel in pipeline:
        nested = item.get(channel)
        if isinstance(nested, dict):
            flat |= {f"{channel}_{name}": value for name, value in nested.items()}
    return flat
