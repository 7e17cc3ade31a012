"""Contacts of clients are nowhere for whoever may not see them: every route, page, export, message and log is read.

The routes come from the API document and the pages from the gateway's own list and from links, so what is added later
is walked too. The reader holds every right but those on contacts: what a master may open, and much more.
"""

import asyncio
import html
import io
import re
import zipfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import httpx
import pytest

from contracts.permissions import Permission
from gateway import pages
from tests.rights.samples import Samples
from tests.support.people import Salon, Visitor, first_slots, open_salon
from zapys_dev.stack import Stack

MakeVisitor = Callable[[], Visitor]

CONTACTS = {Permission.CLIENT_VIEW_PHONE, Permission.CLIENT_VIEW_SURNAME, Permission.CLIENT_VIEW_SOCIAL}
SURNAME, EMAIL, SOCIAL = "Вартовенко", "vartovyi-znak@example.org", "sentinel_of_contacts"
AT_ONCE = 4
MOST_LINKS = 120
SAME_AGAIN = re.compile(r"logout|[?&](lang|theme)=")
ENDLESS = "text/event-stream"
HARMLESS_LAST = ("cancel", "delete", "remove", "complete", "no_show", "sign_out", "erase", "reverse")


@dataclass
class Sentinel:
    """What must not be seen, in every spelling."""

    phone: str
    signs: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        digits = self.phone[-9:]  # national part, without the trunk 0
        spaced = r"[\s().\u00a0\u202f-]*".join(digits)
        self.signs = re.compile(f"{spaced}|{SURNAME}|{re.escape(EMAIL)}|{SOCIAL}", re.IGNORECASE)

    def seen_in(self, content: bytes) -> list[str]:
        return sorted({found for text in readable(content) for found in self.signs.findall(text)})


def readable(content: bytes) -> Iterator[str]:
    """The text of an answer; spreadsheets are opened."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            yield from (parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
        return
    text = content.decode("utf-8", "replace")
    yield text
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda sign: chr(int(sign[1], 16)), text)  # as JSON may write letters


@dataclass
class Scene:
    """A salon with a visit of the sentinel, its owner, and a reader without the rights on contacts."""

    salon: Salon
    reader: Visitor
    client: Visitor
    client_id: str
    booking: str
    day: str
    sentinel: Sentinel

    @property
    def root(self) -> str:
        return f"/accounts/{self.salon.account}"


@pytest.fixture
async def scene(visitor: MakeVisitor) -> Scene:
    salon, client, reader = await open_salon(visitor()), visitor(), visitor()
    owner, root = salon.owner, f"/accounts/{salon.account}"
    rights = {key: True for key in Permission if key not in CONTACTS} | dict.fromkeys(CONTACTS, False)
    body = {"phone": reader.phone, "name": "Марко", "role": "master", "accepts_bookings": True, "permissions": rights}
    body["confirmed"] = True  # some of them are dangerous
    member = await owner.ask("POST", f"{root}/members", body, expect=201)
    await reader.sign_in()
    await reader.ask("PATCH", "/me", {"channels": {"sms": True}})
    chair = member["staff_member_id"]
    change = {"staff_member_ids": [salon.staff_member, chair]}
    await eventually_ok(owner, "PATCH", f"{root}/services/{salon.service}", change)
    schedule = {"pattern": "weekly", "days": {day: [{"from": "08:00", "to": "20:00"}] for day in WEEK}}
    await owner.ask("PUT", f"{root}/staff-members/{chair}/schedule", schedule)
    salon.staff_member = chair
    await client.sign_in()
    slot = (await first_slots(client, salon))[2]
    wish = {
        "service_ids": [salon.service],
        "staff_member_id": chair,
        "starts_at": slot["starts_at"],
        "client": {"name": "Ірина", "phone": client.phone},
    }
    booking = await client.ask("POST", f"/public/{salon.vanity}/bookings", wish, expect=201)
    card = booking["client"]["id"]
    known = {"surname": SURNAME, "email": EMAIL, "socials": {"instagram": SOCIAL}}
    await owner.ask("PATCH", f"{root}/clients/{card}", known)
    return Scene(salon, reader, client, card, booking["id"], slot["starts_at"][:10], Sentinel(client.phone))


WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def eventually_ok(who: Visitor, method: str, path: str, body: Any) -> None:
    for _ in range(1200):
        answer = await who.call(method, path, body)
        if answer.is_success:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(answer.text)


@pytest.mark.row("S59")
@pytest.mark.row("X15")
async def test_no_door_shows_the_contacts_of_a_client_without_the_right(scene: Scene, stack: Stack) -> None:
    crawl = Crawl(scene)
    await crawl.read_document()
    assert len(crawl.reads) >= 35
    letters = f"{scene.root}/clients/{scene.client_id}/messages"
    by_reader = {"text": "Візьміть змінне взуття", "booking_id": scene.booking}
    by_owner = {"text": f"Передзвоню вам на {scene.client.phone}", "booking_id": scene.booking}
    await scene.reader.ask("POST", letters, by_reader, expect=201)
    await scene.salon.owner.ask("POST", letters, by_owner, expect=201)
    owner_saw = await crawl.read_everything(scene.salon.owner)
    assert any("Вартовенко" in seen for seen in owner_saw.values()), "the owner must see it, or the walk proves nothing"
    seen = await crawl.read_everything(scene.reader)
    walked = len(crawl.answered)
    seen |= await crawl.read_pages(scene.reader, stack)
    seen |= await crawl.listen(scene.reader, stack)
    seen |= await crawl.act_everywhere(scene.reader)
    for text in await scene.reader.sms():
        seen |= {f"SMS to the reader: {text}": found} if (found := scene.sentinel.seen_in(text.encode())) else {}
    assert seen == {}
    assert walked >= 30, "the walk must reach the things it is about"
    assert any(path.endswith(f"/clients/{scene.client_id}") for path in crawl.answered)
    assert any(path.endswith(letters) for path in crawl.answered)
    for body in (by_reader, by_owner):
        assert len([text for text in await scene.client.sms() if text.endswith(body["text"])]) == 1
    assert any(path.endswith(f"/bookings/{scene.booking}/notifications") for path in crawl.answered)
    assert crawl.pages_read >= 60
    assert {one.rpartition("/")[0] for one in crawl.listened} >= {
        f"/api/v1{scene.root}/calendar", f"/desk/{scene.salon.account}"
    }  # fmt: skip
    for log in sorted(stack.home.logs.glob("*")):
        if log.is_file() and not log.name.startswith("simulators"):
            assert scene.sentinel.seen_in(log.read_bytes()) == [], log.name


@pytest.mark.row("S59")
async def test_who_may_not_see_a_phone_cannot_find_by_it(scene: Scene) -> None:
    tails = [scene.client.phone, scene.client.phone[3:], scene.client.phone[-7:], SURNAME, SURNAME[:5], EMAIL, SOCIAL]
    for text in tails:
        found = await scene.reader.ask("GET", f"{scene.root}/clients", q=text)
        assert found["items"] == [], text
    assert (await scene.reader.ask("GET", f"{scene.root}/clients", q="Ірина"))["items"]
    assert (await scene.salon.owner.ask("GET", f"{scene.root}/clients", q=SURNAME))["items"]


def is_endless(operation: dict[str, Any]) -> bool:
    """Events that go on until somebody leaves, as the document says."""
    return ENDLESS in operation.get("responses", {}).get("200", {}).get("content", {})


def shape_of(address: str) -> str:
    """What an address is without its ids, days and hours: calendars link to every day, and one more says no more."""
    return re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+|(?<=^/help/)[^?]+|(?<=[?&]page=)[^&]+|(?<=[?&]next=)[^&]+|(?<=[?&]colour=)[^&]+",
        "*",
        address,
    )


async def together(calls: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """A few at a time; the first that fails is told."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(call: Callable[[], Awaitable[None]]) -> None:
        async with turns:
            await call()

    async with asyncio.TaskGroup() as tasks:
        for call in calls:
            tasks.create_task(one(call))


class Crawl:
    """Walks the public API with ids that the owner's lists tell."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.reads: list[tuple[str, dict[str, Any]]] = []
        self.streams: list[str] = []
        self.listened: set[str] = set()
        self.acts: list[tuple[str, str, dict[str, Any]]] = []
        self.known: dict[str, list[str]] = {}
        self.answered: set[str] = set()
        self.pages_read = 0

    async def read_document(self) -> None:
        document = await self.scene.salon.owner.ask("GET", "/openapi.json")
        self.samples = Samples(document)
        for path, operations in document["paths"].items():
            if "{account_id}" not in path and not path.startswith("/api/v1/me"):
                continue
            for method, operation in operations.items():
                if method == "get" and is_endless(operation):
                    self.streams.append(path.replace("{account_id}", self.scene.salon.account))
                elif method == "get":
                    self.reads.append((path, operation))
                elif method in ("post", "put", "patch", "delete"):
                    self.acts.append((method.upper(), path, operation))
        self.known = {
            "account_id": [self.scene.salon.account],
            "booking_id": [self.scene.booking],
            "client_id": [self.scene.client_id],
            "staff_member_id": [self.scene.salon.staff_member],
            "service_id": [self.scene.salon.service],
        }

    async def read_everything(self, reader: Visitor) -> dict[str, list[str]]:
        """Every GET in every format; short addresses first, because lists name what the longer ones ask for."""
        seen: dict[str, list[str]] = {}
        self.answered.clear()

        async def read(path: str, address: str, query: dict[str, str]) -> None:
            answer = await reader.call("GET", address.removeprefix("/api/v1"), **query)
            assert answer.status_code < 500, f"{address} {answer.text}"
            if answer.is_success:
                self.answered.add(address)
                self.learn(path, answer)
            if found := self.scene.sentinel.seen_in(answer.content):
                seen[f"GET {address} {query}"] = found

        def depth(one: tuple[str, dict[str, Any]]) -> int:
            return one[0].count("/")

        for _, level in groupby(sorted(self.reads, key=depth), key=depth):
            await together(
                partial(read, path, address, query)
                for path, operation in level
                for address in self.addresses(path, operation)
                for query in self.queries(operation)
            )
        return seen

    async def act_everywhere(self, reader: Visitor) -> dict[str, list[str]]:
        """Every act with a sample body: answers and refusals are read; what ends things comes last."""
        seen = {}

        def violence(act: tuple[str, str, dict[str, Any]]) -> int:
            method, _, operation = act
            return (method == "DELETE") + any(word in operation["operationId"] for word in HARMLESS_LAST)

        for method, path, operation in sorted(self.acts, key=violence):
            if "/members" in path or path == "/api/v1/me":
                continue  # the reader must stay who they are
            for address in self.addresses(path, operation):
                body = self.samples.body(operation)
                answer = await reader.call(method, address.removeprefix("/api/v1"), body)
                assert answer.status_code < 500 or answer.status_code == 503, f"{method} {address} {answer.text}"
                if found := self.scene.sentinel.seen_in(answer.content):
                    seen[f"{method} {address}"] = found
        card = {"name": "Хтось", "phone": self.scene.client.phone}
        answer = await reader.call("POST", f"{self.scene.root}/clients", card)
        typed = {self.scene.client.phone, card["phone"][1:]}
        if more := set(self.scene.sentinel.seen_in(answer.content)) - typed:
            seen["POST a card with the phone"] = sorted(more)
        return seen

    async def read_pages(self, reader: Visitor, stack: Stack) -> dict[str, list[str]]:
        """Every page of the gateway's list that can be addressed, and one of each sort that these link to."""
        seen: dict[str, list[str]] = {}
        links: list[str] = []
        put_off: set[str] = set()

        async def read(browser: httpx.AsyncClient, address: str) -> None:
            async with browser.stream("GET", address, follow_redirects=True) as answer:
                if answer.headers.get("content-type", "").startswith(ENDLESS):
                    self.streams.append(address)
                    return
                await answer.aread()
            if answer.status_code == 503 and address not in put_off:  # as a busy machine says: come again
                put_off.add(address)
                await read(browser, address)
                return
            assert answer.status_code < 500, f"{address} {answer.text[-1500:]}"
            if answer.is_success:
                self.pages_read += 1
                links.extend(re.findall(r'href="(/[^"]*)"', answer.text))
            if found := self.scene.sentinel.seen_in(answer.content):
                seen[f"page {address}"] = found

        done = set(self.listed_pages())
        shapes, left = set(map(shape_of, done)), MOST_LINKS
        async with self.browser(reader, stack) as browser:
            await together(partial(read, browser, address) for address in sorted(done))
            while links and left:
                wave = []
                for address in sorted({html.unescape(link).partition("#")[0] for link in links} - done):
                    if left and not SAME_AGAIN.search(address) and shape_of(address) not in shapes:
                        shapes.add(shape_of(address))
                        wave.append(address)
                        left -= 1
                links.clear()
                done.update(wave)
                await together(partial(read, browser, address) for address in wave)
        return seen

    def listed_pages(self) -> list[str]:
        """The gateway's own list, and the day of the visit."""
        values = {
            "account": self.scene.salon.account,
            "account_id": self.scene.salon.account,
            "vanity": self.scene.salon.vanity,
            "address": self.scene.salon.vanity,
            "booking_id": self.scene.booking,
            "client_id": self.scene.client_id,
            "staff_member_id": self.scene.salon.staff_member,
            "service_id": self.scene.salon.service,
            "location_id": self.scene.salon.location,
        }
        account, day = self.scene.salon.account, self.scene.day
        listed = ["/", "/me", f"/day?account={account}&day={day}"]
        listed += [f"/desk/{account}?day={day}{view}" for view in ("", "&view=list", "&view=week")]
        listed.append(f"/desk/{account}/calendar.json?from={day}&to={day}")
        for router in pages.routers():
            for route in router.routes:
                path = getattr(route, "path", "")
                if "GET" in getattr(route, "methods", ()) and "{path:path}" not in path:
                    filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: values.get(part[1], part[0]), path)
                    if "{" not in filled:
                        listed.append(filled)
        return listed

    async def listen(self, reader: Visitor, stack: Stack) -> dict[str, list[str]]:
        """What an endless answer tells when the visit changes, up to the change."""
        seen: dict[str, list[str]] = {}
        change = f"/accounts/{self.scene.salon.account}/bookings/{self.scene.booking}"
        bearer = {"Authorization": f"Bearer {reader.token}"}
        async with self.browser(reader, stack) as browser:
            for number, address in enumerate(self.streams):
                told: list[str] = []
                headers = bearer if address.startswith("/api/") else {}
                async with asyncio.timeout(60), browser.stream("GET", address, headers=headers) as answer:
                    assert answer.headers["content-type"].startswith(ENDLESS), address
                    async for line in answer.aiter_lines():
                        told.append(line)
                        if len(told) == 1:
                            await self.scene.salon.owner.ask("PATCH", change, {"comment": f"Прийде пізніше: {number}"})
                        if line.startswith("data:") and self.scene.booking in line:
                            self.listened.add(address)
                            break
                if found := self.scene.sentinel.seen_in("\n".join(told).encode()):
                    seen[f"stream {address}"] = found
        return seen

    def browser(self, reader: Visitor, stack: Stack) -> httpx.AsyncClient:
        """The reader's, signed in on pages."""
        return httpx.AsyncClient(base_url=stack.gateway_url, cookies={"zapys_access": reader.token}, timeout=20)

    def addresses(self, path: str, operation: dict[str, Any]) -> list[str]:
        """The addresses of a route: with every id that is known for its parts, otherwise with a sample."""
        filled = [path]
        for name, sample in self.samples.parameters(operation, "path").items():
            values = self.known.get(name) or self.known.get(f"{path.partition('/{' + name)[0]}") or [sample]
            filled = [one.replace("{" + name + "}", value) for one in filled for value in values[:3]]
        return filled

    def queries(self, operation: dict[str, Any]) -> list[dict[str, str]]:
        """Plain, with what must be there, for a span around the visit, and in each format of an export."""
        needed = self.samples.parameters(operation, "query")
        if "service_ids" in needed:
            needed["service_ids"] = self.scene.salon.service
        names = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
        today = date.today()  # noqa: DTZ011 - days around the visit
        span = {"from": today.isoformat(), "to": (today + timedelta(days=20)).isoformat()}
        base = needed | {name: value for name, value in span.items() if name in names}
        if "format" not in names:
            return [base]
        choices = names["format"].get("enum") or [
            one for part in names["format"].get("anyOf", []) for one in part.get("enum", [])
        ]
        return [base | {"format": choice} for choice in choices or ["json", "csv", "xlsx"]]

    def learn(self, path: str, answer: httpx.Response) -> None:
        """The ids of a list stand for the next part of its address."""
        if "json" not in answer.headers.get("content-type", ""):
            return
        body = answer.json()
        items = body.get("items") if isinstance(body, dict) else None
        ids = [str(item["id"]) for item in items or () if isinstance(item, dict) and "id" in item]
        if ids:
            self.known[path] = ids
