"""The busiest hour of many salons, at the front door: everything begins when it is due, however slow the rest is."""

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.support.people import WHOLE_WEEK, Salon, Visitor, first_slots, new_phone, open_salon
from tests.support.waiting import eventually
from zapys_dev.stack import Stack

PER_HOUR = {
    "look": 40,
    "times": 40,
    "book": 6,
    "calendar": 40,
    "move": 3,
    "settle": 6,
}
"""What one salon with three people at work sees in its busiest hour: pages looked at, free times asked for, bookings
(half of them by somebody who signs in by SMS first), looks of the staff at the day, visits moved, visits paid for."""

EXPECTED = frozenset({409})
"""Somebody else was quicker: an answer, not a failure."""
STRANGERS = 0.5
RIVALS = 0.05
"""Of the bookings, how many are wished for by two at once."""


@dataclass
class Counted:
    """What was seen."""

    took_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By kind; the first call of an act counts from when the act was due, not from when it could begin."""
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    """How late this script itself began what was due."""
    booked: dict[str, str] = field(default_factory=dict)
    """Acknowledged bookings and when they begin."""
    settled: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """One salon with its register and what may still be booked there."""

    salon: Salon
    register: str
    slots: list[str]
    regular: Visitor
    day: str
    visits: list[str] = field(default_factory=list)
    """Bookings nobody has moved or paid yet."""


async def set_up(stack: Stack, number: int, visits: int) -> Stage:
    """A salon with a fiscal register, AlphaSMS for its messages, and some visits already."""
    salon = await open_salon(Visitor(stack), duration_min=15)
    owner, root = salon.owner, f"/accounts/{salon.account}"
    hours = {"pattern": "weekly", "days": {day: [{"from": "09:00", "to": "21:00"}] for day in WHOLE_WEEK}}
    await owner.ask("PUT", f"{root}/staff-members/{salon.staff_member}/schedule", hours)
    alphasms = {"kind": "api-key", "key": "good-key", "sender_name": "Salon", "order": 1, "enabled": True}
    await owner.ask("PUT", f"{root}/sms-providers/alphasms", alphasms)
    name = "" if number == 0 else f"-{number + 1}"
    desk = {"licence_key": f"test-licence{name}", "cashier_login": f"cashier{name}", "cashier_password": "secret"}
    body = {"name": "Каса", "payment_types": ["cash"], "location_id": salon.location, "checkbox": desk}
    register = (await owner.ask("POST", f"{root}/cash-registers", body, expect=201))["id"]
    await owner.ask("POST", f"{root}/cash-registers/{register}/fiscal-shift/open")
    regular = Visitor(stack)
    await regular.sign_in()
    slots = [slot["starts_at"] for slot in await first_slots(regular, salon, days_ahead=5, days=30)]
    day = (date.today() + timedelta(days=5)).isoformat()  # noqa: DTZ011
    stage = Stage(salon, register, slots, regular, day)
    for _ in range(visits):
        booking = await regular.ask("POST", f"/public/{salon.vanity}/bookings", wish(stage), expect=201)
        stage.visits.append(booking["id"])
    return stage


def wish(stage: Stage, starts_at: str | None = None) -> dict[str, Any]:
    """A booking of the next slot that nobody of us has asked for."""
    return {
        "service_ids": [stage.salon.service],
        "staff_member_id": stage.salon.staff_member,
        "starts_at": starts_at or stage.slots.pop(0),
        "client": {"name": "Ірина"},
    }


def plan(salons: int, seconds: float, chance: random.Random) -> list[tuple[float, str]]:
    """When what is due: arrivals that know nothing of one another, at the rate of the hour."""
    acts = []
    for kind, each in PER_HOUR.items():
        rate, at = each * salons / 3600, 0.0
        while (at := at + chance.expovariate(rate)) < seconds:
            acts.append((at, kind))
    return sorted(acts)


class Rush:
    """All acts of one run."""

    def __init__(self, stack: Stack, stages: list[Stage], salons: int, seed: int) -> None:
        self.stack, self.stages, self.salons = stack, stages, salons
        self.chance = random.Random(seed)
        self.seen = Counted()
        limits = httpx.Limits(max_connections=400, max_keepalive_connections=100)
        self.http = httpx.AsyncClient(base_url=stack.gateway_url, timeout=30, limits=limits)

    async def run(self, seconds: float) -> None:
        """Begin each act when it is due, and wait for all of them in the end."""
        doing, began = set[asyncio.Task[None]](), time.monotonic()
        for at, kind in plan(self.salons, seconds, self.chance):
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            self.seen.late_s.append(time.monotonic() - began - at)
            task = asyncio.create_task(self.act(kind, began + at))
            doing.add(task)
            task.add_done_callback(doing.discard)
        await asyncio.gather(*doing)

    async def close(self) -> None:
        """Close the browsers."""
        await self.http.aclose()
        for stage in self.stages:
            await stage.salon.owner.close()
            await stage.regular.close()

    async def act(self, kind: str, due: float) -> None:
        """One of them; what goes wrong with it is taken down."""
        acts: dict[str, Callable[[Stage, float], Awaitable[None]]] = {
            "look": self.look, "times": self.times, "book": self.book,
            "calendar": self.calendar, "move": self.move, "settle": self.settle,
        }  # fmt: skip
        try:
            await acts[kind](self.chance.choice(self.stages), due)
        except Exception as error:  # noqa: BLE001 - whatever ends an act is a failure that is counted
            self.seen.failures.append(f"{kind}: {error!r}")

    async def call(
        self, kind: str, method: str, path: str, body: Any = None, *, token: str = "", since: float = 0.0, **more: Any
    ) -> httpx.Response:
        """One request, taken down."""
        since = since or time.monotonic()
        headers = {"Accept-Language": "uk", **({"Authorization": f"Bearer {token}"} if token else {})}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        answer = await self.http.request(method, path, json=body, headers=headers, **more)
        self.seen.took_s[kind].append(time.monotonic() - since)
        self.seen.answers[kind, answer.status_code] += 1
        if not answer.is_success and answer.status_code not in EXPECTED:
            self.seen.failures.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
        return answer

    async def look(self, stage: Stage, due: float) -> None:
        """Somebody opens the salon's page."""
        await self.call("public page", "GET", f"/{stage.salon.vanity}", since=due)

    async def times(self, stage: Stage, due: float) -> None:
        """Somebody asks for the free times of a week."""
        since = date.fromisoformat(stage.day)
        query = {
            "service_ids": stage.salon.service,
            "from": stage.day,
            "to": (since + timedelta(days=6)).isoformat(),
        }
        path = f"/api/v1/public/{stage.salon.vanity}/availability"
        await self.call("free times", "GET", path, since=due, params=query)

    async def book(self, stage: Stage, due: float) -> None:
        """Somebody takes a slot, signs in where they have not, and books; now and then two want the same."""
        body = wish(stage)
        rivals = 2 if self.chance.random() < RIVALS else 1
        await asyncio.gather(*(self._book_one(stage, due, body) for _ in range(rivals)))

    async def _book_one(self, stage: Stage, due: float, body: dict[str, Any]) -> None:
        root = f"/api/v1/public/{stage.salon.vanity}"
        choice = {name: value for name, value in body.items() if name != "client"}
        held = await self.call("hold", "POST", f"{root}/holds", choice, since=due)
        if not held.is_success:
            return
        token = await self.sign_in() if self.chance.random() < STRANGERS else stage.regular.token
        wanted = {"hold_id": held.json()["hold_id"], "client": body["client"]}
        answer = await self.call("booking", "POST", f"{root}/bookings", wanted, token=token)
        if answer.is_success:
            booking = answer.json()
            self.seen.booked[booking["id"]] = body["starts_at"]
            stage.visits.append(booking["id"])

    async def sign_in(self) -> str:
        """A code by SMS, read from the phone and typed in."""
        phone = new_phone()
        await self.call("ask for a code", "POST", "/api/v1/auth/codes", {"phone": phone})
        asked = time.monotonic()
        texts: list[dict[str, Any]] = []

        async def came() -> bool:
            texts[:] = (await self.http.get(f"{self.stack.simulators_url}/phone/{phone}/messages")).json()["items"]
            return bool(texts)

        await eventually(came, step_s=0.1)
        self.seen.took_s["code by SMS"].append(time.monotonic() - asked)
        found = re.search(r"\b(\d{6})\b", texts[0]["text"])
        assert found
        body = {"phone": phone, "code": found.group(1), "device": "a rush"}
        answer = await self.call("sign in", "POST", "/api/v1/auth/sessions", body)
        return str(answer.json()["access_token"])

    async def calendar(self, stage: Stage, due: float) -> None:
        """Staff look at their day."""
        path, salon = f"/api/v1/accounts/{stage.salon.account}/calendar", stage.salon
        query = {"from": stage.day, "to": stage.day, "location_id": salon.location}
        await self.call("calendar", "GET", path, token=salon.owner.token, since=due, params=query)

    async def move(self, stage: Stage, due: float) -> None:
        """Staff move a visit to a free time."""
        if not stage.visits:
            return
        booking, target = stage.visits.pop(0), stage.slots.pop(0)
        path = f"/api/v1/accounts/{stage.salon.account}/bookings/{booking}/reschedule"
        moved = await self.call("move", "POST", path, {"starts_at": target}, token=stage.salon.owner.token, since=due)
        if moved.is_success and booking in self.seen.booked:
            self.seen.booked[booking] = target

    async def settle(self, stage: Stage, due: float) -> None:
        """A visit is paid for in cash, which makes a receipt."""
        if not stage.visits:
            return
        booking = stage.visits.pop(0)
        path = f"/api/v1/accounts/{stage.salon.account}/bookings/{booking}/settlement"
        body = {"payments": [{"payment_type": "cash", "cash_register_id": stage.register, "amount": 45000}]}
        paid = await self.call("settlement", "POST", path, body, token=stage.salon.owner.token, since=due)
        if paid.is_success:
            self.seen.settled.append(booking)
