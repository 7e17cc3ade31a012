"""People who use the product through its public door only: they sign in by SMS and call the API."""

import asyncio
import itertools
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from zapys_dev.stack import Stack

_numbers = itertools.count(int(uuid4().int % 100_000))


def new_phone() -> str:
    """A Ukrainian mobile number that nobody has used in this run and no simulator treats specially."""
    number = next(_numbers) % 100_000
    return f"+38067{number:05d}77"


@dataclass
class Visitor:
    """Somebody with a phone and a browser."""

    stack: Stack
    phone: str = field(default_factory=new_phone)
    token: str = ""
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(base_url=self.stack.gateway_url, timeout=20)

    async def call(self, method: str, path: str, body: Any = None, *, key: str | None = None, **params: Any) -> Any:
        """The answer of the public API; POSTs carry an idempotency key of their own."""
        headers = {"Accept-Language": "uk"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid4())
        return await self.http.request(method, f"/api/v1{path}", json=body, params=params or None, headers=headers)

    async def ask(self, method: str, path: str, body: Any = None, *, expect: int | None = None, **params: Any) -> Any:
        """As `call`, but the answer must be a success (or `expect`); its JSON comes back."""
        answer = await self.call(method, path, body, **params)
        fine = answer.status_code == expect if expect else answer.is_success
        assert fine, f"{method} {path} → {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def sign_in(self) -> dict[str, Any]:
        """Ask for a code, read it from the phone, and enter it."""
        seen = len(await self.sms())
        await self.ask("POST", "/auth/codes", {"phone": self.phone}, expect=202)
        text = await self.next_sms(seen)
        found = re.search(r"\b(\d{6})\b", text)
        assert found, text
        body = {"phone": self.phone, "code": found.group(1), "device": "a test"}
        session: dict[str, Any] = await self.ask("POST", "/auth/sessions", body, expect=201)
        self.token = session["access_token"]
        return session

    async def sms(self) -> list[str]:
        """Texts on this person's phone, newest first."""
        answer = await self.http.get(f"{self.stack.simulators_url}/phone/{self.phone}/messages")
        return [message["text"] for message in answer.json()["items"]]

    async def next_sms(self, seen: int, *, within_s: float = 60) -> str:
        """Wait until the phone holds more than `seen` messages and read the newest."""
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            texts = await self.sms()
            if len(texts) > seen:
                return texts[0]
            assert asyncio.get_running_loop().time() < deadline, f"no SMS came to {self.phone}"
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Close the browser."""
        await self.http.aclose()


@dataclass
class Salon:
    """An account with one location, one service and one staff member who works every day."""

    owner: Visitor
    account: str
    vanity: str
    location: str
    service: str
    staff_member: str


WHOLE_WEEK = {day: [{"from": "00:00", "to": "23:45"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def open_salon(owner: Visitor, *, price: int = 45000, duration_min: int = 60) -> Salon:
    """Register an account as a stranger would and make it bookable."""
    if not owner.token:
        await owner.sign_in()
    vanity = f"salon-{uuid4().hex[:10]}"
    body = {
        "name": "Салон «Ранок»",
        "vanity_address": vanity,
        "time_zone": "Europe/Kyiv",
        "country": "UA",
        "currency": "UAH",
        "language": "uk",
        "city": "Київ",
    }
    account = (await owner.ask("POST", "/accounts", body, expect=201))["id"]
    root = f"/accounts/{account}"
    location = await owner.ask(
        "POST",
        f"{root}/locations",
        {"name": "На Подолі", "address": "вул. Сагайдачного, 1", "phone": "+380441234567", "time_zone": "Europe/Kyiv"},
        expect=201,
    )
    staff = await owner.ask(
        "POST",
        f"{root}/staff-members",
        {"name": "Софія", "location_ids": [location["id"]], "service_ids": [], "accepts_bookings": True},
        expect=201,
    )
    service = await owner.ask(
        "POST",
        f"{root}/services",
        {
            "name": "Стрижка",
            "duration_min": duration_min,
            "price": {"amount": price, "currency": "UAH"},
            "bookable_online": True,
            "buffer_before_min": 0,
            "buffer_after_min": 0,
            "staff_member_ids": [staff["id"]],
            "location_ids": [location["id"]],
        },
        expect=201,
    )
    schedule = {"pattern": "weekly", "days": WHOLE_WEEK}
    await owner.ask("PUT", f"{root}/staff-members/{staff['id']}/schedule", schedule)
    settings = await owner.ask("GET", f"{root}/notification-settings")
    settings["quiet_hours"]["enabled"] = False  # a test may run at any hour
    await owner.ask("PUT", f"{root}/notification-settings", settings)
    return Salon(owner, account, vanity, location["id"], service["id"], staff["id"])


async def first_slots(visitor: Visitor, salon: Salon, *, days_ahead: int = 5, days: int = 2) -> list[dict[str, Any]]:
    """Offered starts some days ahead, as the booking page asks for them."""
    since = date.today() + timedelta(days=days_ahead)  # noqa: DTZ011 - a day far enough from midnight's edges
    query = {
        "service_ids": salon.service,
        "staff_member_id": salon.staff_member,
        "location_id": salon.location,
        "from": since.isoformat(),
        "to": (since + timedelta(days=days - 1)).isoformat(),
    }
    found = await visitor.ask("GET", f"/public/{salon.vanity}/availability?{urlencode(query)}")
    return [slot for day in found["days"] for slot in day["slots"]]
