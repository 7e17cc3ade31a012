"""TurboSMS by its HTTP API: Bearer token and JSON, the verdict in `response_code`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.providers import Answer, CallFailed, HttpClient, Reached
from notifications.domain.carriers import Channel
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown

from .protocol import VIBER_LIFE_S, Checked, OutgoingSms, StatusSeen
from .turbosms_codes import CLASS_OF, NOT_OUR_MESSAGE, OUTCOME_UNKNOWN, REPEATED, SUCCESS, VIBER_REFUSED, delivery_of


@dataclass(frozen=True)
class TurboSmsHttp:
    """One account of TurboSMS; `http` is shared by all accounts."""

    http: HttpClient
    token: str

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Hand over; what cannot be read is unknown, because it may have been taken.

        A person or a template that Viber refuses gets the SMS: the refusal says that nothing was taken.
        """
        if sms.channel is Channel.VOICE:
            return Refused(ErrorClass.BUG, "", "TurboSMS reads nothing aloud")
        body = {"recipients": [sms.phone_e164.lstrip("+")], "sms": {"sender": sms.sender_name, "text": sms.text}}
        if not sms.viber_sender_name:
            return await self._hand_over(body)
        viber = {"sender": sms.viber_sender_name, "text": sms.text, "ttl": VIBER_LIFE_S, "is_transactional": True}
        outcome = await self._hand_over(body | {"viber": viber})
        if isinstance(outcome, Refused) and outcome.code in VIBER_REFUSED:
            return await self._hand_over(body)
        return outcome

    async def _hand_over(self, body: dict[str, Any]) -> Outcome:
        try:
            answer = await self._call("/message/send.json", body)
        except CallFailed as failed:
            return NotSent(failed.cause) if failed.reached is Reached.NOT_SENT else Unknown(failed.cause)
        envelope = _envelope(answer)
        if envelope is None:
            return _without_verdict(answer)
        return _verdict(*envelope)

    async def check(self, sender_name: str) -> Checked:
        """Ping for access, then the names and the balance."""
        names: tuple[str, ...] | None = None
        try:
            for path in ("/message/ping.json", "/user/senders.json", "/user/balance.json"):
                code, status, result = await self._read(path)
                if code not in SUCCESS:
                    return Checked(Refused(CLASS_OF.get(code, ErrorClass.TRANSIENT), str(code), status))
                if path == "/user/senders.json":
                    names = active_names(result)
                    if names is not None and sender_name not in names:
                        refusal = Refused(ErrorClass.SENDER, "", f"no active sender name {sender_name}")
                        return Checked(refusal, sender_names=names)
        except CallFailed as failed:
            return Checked(NotSent(failed.cause) if failed.reached is Reached.NOT_SENT else Unknown(failed.cause))
        balance = result.get("balance") if isinstance(result, dict) else None
        if isinstance(balance, int | float) and balance <= 0:
            return Checked(Refused(ErrorClass.NO_FUNDS, "", f"balance {balance}"), str(balance))
        return Checked(None, None if balance is None else str(balance), names)

    async def statuses(self, message_ids: Sequence[str]) -> Mapping[str, StatusSeen]:
        """The items of `status.json`; an id that is not the account's is left out."""
        try:
            code, _, result = await self._read("/message/status.json", {"messages": list(message_ids)})
        except CallFailed:
            return {}
        if code not in SUCCESS or not isinstance(result, list):
            return {}
        seen = {}
        for item in result:
            if (
                not isinstance(item, dict)
                or str(item.get("response_code")) in NOT_OUR_MESSAGE
                or not item.get("status")
            ):
                continue
            seen[str(item.get("message_id"))] = StatusSeen(delivery_of(item["status"]), str(item["status"])[:100])
        return seen

    async def look_up(self, number: int) -> Unknown:  # noqa: ARG002 - the protocol's argument
        """TurboSMS takes no ids of ours, so an unknown outcome stays unknown (docs/adr/0020)."""
        return Unknown("TurboSMS cannot be asked by our number")

    async def _call(self, path: str, body: dict[str, Any]) -> Answer:
        return await self.http.request("POST", path, json=body, headers={"Authorization": f"Bearer {self.token}"})

    async def _read(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, str, Any]:
        answer = await self._call(path, body or {})
        envelope = _envelope(answer)
        if envelope is None:
            raise CallFailed(Reached.UNKNOWN, f"HTTP {answer.status} without a verdict")
        return envelope


def _envelope(answer: Answer) -> tuple[int, str, Any] | None:
    """Code, name and result; none when the answer is no envelope of TurboSMS."""
    try:
        said = answer.json()
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    code = said.get("response_code")
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    return code, str(said.get("response_status", ""))[:200], said.get("response_result")


def _without_verdict(answer: Answer) -> Outcome:
    if answer.status in (401, 403):
        return Refused(ErrorClass.AUTH, f"HTTP {answer.status}", "")
    if answer.status == 429:
        return Refused(ErrorClass.LIMIT, "HTTP 429", "", answer.retry_after_s(1.0))
    if 400 <= answer.status < 500:
        return Refused(ErrorClass.BUG, f"HTTP {answer.status}", "")
    return Unknown("an answer without a verdict", f"HTTP {answer.status}")


def _verdict(code: int, status: str, result: Any) -> Outcome:
    """The verdict on the one recipient: the item's where the call as a whole was in order."""
    if code in SUCCESS or code == REPEATED:
        item = result[0] if isinstance(result, list) and result and isinstance(result[0], dict) else None
        if item is None:
            return Unknown("accepted, but without a word about the recipient", str(code))
        item_code = item.get("response_code")
        if not isinstance(item_code, int):
            return Unknown("a recipient without a verdict", str(code))
        if item_code not in SUCCESS:
            return _refusal(item_code, str(item.get("response_status", ""))[:200])
        message_id = item.get("message_id")
        return Accepted(str(message_id)[:100] if message_id else None, "Sent" if code in (801, 803) else "Queued")
    return _refusal(code, status)


def _refusal(code: int, status: str) -> Outcome:
    if code in OUTCOME_UNKNOWN:
        return Unknown(status, str(code))
    error = CLASS_OF.get(code)
    return Refused(error, str(code), status) if error else Unknown(status or "a code nobody knows", str(code))


def active_names(senders: Any) -> tuple[str, ...] | None:
    """The names that the account may sign with now; none where the answer is no list.

    The form of the list is not documented: names come alone or in objects, and what is marked as not active is not
    one of them.
    """
    if not isinstance(senders, list):
        return None
    names: list[str] = []
    for sender in senders:
        if isinstance(sender, str):
            names.append(sender)
        elif isinstance(sender, dict) and sender.get("is_active", True) not in (False, 0, "0", "no"):
            names += [value for value in sender.values() if isinstance(value, str)]
    return tuple(names)
