"""Delivery reports of the HTTP gateway, pushed to the address that the account has set."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from simulators.callbacks import call, until_taken
from simulators.clock import Clock
from simulators.turbosms.accounts import Hook
from simulators.turbosms.messages import FINAL, Message, Step
from simulators.turbosms.order import KYIV
from simulators.wire import json_text

RETRY_MINUTES = (1, 3, 5, 10, 15, 20, 30, 60, 120)
SMPP_WORDS = {
    "Delivered": "DELIVRD",
    "Undelivered": "UNDELIV",
    "Expired": "EXPIRED",
    "Rejected": "REJECTD",
    "Sent": "ACCEPTD",
}


def signature(secret: str, event_id: str, *, secret_first: bool = True) -> str:
    """SHA-1 over the secret and the id of the event, lowercase hex; the rest of the body is not signed."""
    joined = secret + event_id if secret_first else event_id + secret
    return hashlib.sha1(joined.encode()).hexdigest()


async def push_reports(clock: Clock, hook: Hook, message: Message, switches: Mapping[str, Any]) -> None:
    """Tell the account's address about the sending and the end of `message`."""
    told = [step for step in message.steps if step.status in FINAL or step.status == "Sent"]
    if not hook.out_of_order:
        told = [step for step in told if step.status in FINAL]
    else:
        told.sort(key=lambda step: step.status not in FINAL)
    copies = hook.copies + (1 if message.is_reported_twice else 0)
    last = max(step.at for step in told)
    for step in told:
        await clock.sleep_until((last if hook.out_of_order else step.at) + timedelta(seconds=hook.delay_s))
        event_id = str(uuid4())
        await asyncio.gather(*(_push(clock, hook, message, step, event_id, switches) for _ in range(copies)))


async def _push(
    clock: Clock, hook: Hook, message: Message, step: Step, event_id: str, switches: Mapping[str, Any]
) -> None:
    async def attempt(number: int) -> bool:
        report = {
            "id": event_id,
            "signature": signature(hook.secret, event_id, secret_first=hook.secret_first),
            "type": switches["report_type"],
            "date": kyiv_time(clock.now()),
            "try": number,
            "data": {
                "message_id": message.id,
                "status": SMPP_WORDS.get(step.status, step.status) if hook.smpp_words else step.status,
                "dlr_date": kyiv_time(step.at),
            },
        }
        basic = (hook.login, hook.password) if hook.login else None
        status, _ = await call(hook.url, *_encoded(report, as_form=hook.form), basic=basic)
        return status == 200

    minute = timedelta(seconds=switches["report_minute_s"])
    await until_taken(clock, [minute * minutes for minutes in RETRY_MINUTES], attempt)


async def push_incoming(clock: Clock, hook: Hook, phone: str, text: str, switches: Mapping[str, Any]) -> None:
    """What a person wrote to the account in Viber; the names of the fields are not documented."""
    event_id = str(uuid4())

    async def attempt(number: int) -> bool:
        incoming = {
            "id": event_id,
            "signature": signature(hook.secret, event_id, secret_first=hook.secret_first),
            "type": switches["incoming_type"],
            "date": kyiv_time(clock.now()),
            "try": number,
            "data": {"message_id": str(uuid4()), "phone": phone, "text": text, "date": kyiv_time(clock.now())},
        }
        basic = (hook.login, hook.password) if hook.login else None
        status, _ = await call(hook.url, *_encoded(incoming, as_form=hook.form), basic=basic)
        return status == 200

    minute = timedelta(seconds=switches["report_minute_s"])
    await until_taken(clock, [minute * minutes for minutes in RETRY_MINUTES], attempt)


def _encoded(report: dict[str, Any], *, as_form: bool) -> tuple[bytes, dict[str, str]]:
    if not as_form:
        return json_text(report).encode(), {"Content-Type": "application/json"}
    flat = {name: value for name, value in report.items() if name != "data"}
    flat |= {f"data[{name}]": value for name, value in report["data"].items()}
    return urlencode(flat).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def kyiv_time(moment: datetime) -> str:
    return moment.astimezone(KYIV).strftime("%Y-%m-%d %H:%M:%S")
