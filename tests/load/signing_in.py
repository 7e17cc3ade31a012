"""Attacks on signing in, against the running product: `python -m tests.load.signing_in [attack]…` (all without names).

The judge of what was sent is the SMS provider's own ledger. Addresses are those that a proxy in front would tell, so
these requests go to identity itself; timing is taken at the front door.
"""

import asyncio
import collections
import random
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from tests.support.product import running_product
from zapys_dev import databases
from zapys_dev.stack import Stack
from zapys_dev.testing import ensure_servers

OPERATORS = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")
AT_ONCE = 20
NEEDED = ("simulators", "identity", "notifications")
"""Processes that codes go through; the door of the product besides where timing is taken."""


def a_phone() -> str:
    """Far from every other one, so that only the limit in question counts."""
    return f"+380{random.choice(OPERATORS)}{random.randrange(10_000_000):07d}"


class Attacker:
    """Somebody with many addresses."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        limits = httpx.Limits(max_connections=100)
        self.http = httpx.AsyncClient(base_url=stack.prepare().url("identity"), timeout=60, limits=limits)
        self.front = httpx.AsyncClient(base_url=stack.gateway_url, timeout=60)

    async def ask(self, phone: str, address: str = "203.0.113.1") -> httpx.Response:
        """For a code."""
        return await self.http.post("/api/v1/auth/codes", json={"phone": phone}, headers={"X-Forwarded-For": address})

    async def enter(self, phone: str, code: str, **more: Any) -> httpx.Response:
        """A code."""
        return await self.http.post("/api/v1/auth/sessions", json={"phone": phone, "code": code, **more})

    async def code_of(self, phone: str) -> str:
        """As it reached the phone."""
        for _ in range(600):
            answer = await self.http.get(f"{self.stack.simulators_url}/phone/{phone}/messages")
            for message in answer.json()["items"]:
                if found := re.search(r"#(\d{6})", message["text"]):
                    return found.group(1)
            await asyncio.sleep(0.05)
        raise AssertionError(f"no code came to {phone}")

    async def sms_sent(self) -> int:
        """How many SMS the provider took so far, once nothing more comes."""
        count = -1
        while True:
            now = len((await self.http.get(f"{self.stack.simulators_url}/ledger/turbosms")).json()["items"])
            if now == count:
                return now
            count = now
            await asyncio.sleep(3)


async def gathered(calls: list[Callable[[], Awaitable[httpx.Response]]]) -> collections.Counter[str]:
    """Statuses and codes of many calls, some at once."""
    slots = asyncio.Semaphore(AT_ONCE)
    ended: collections.Counter[str] = collections.Counter()

    async def one(call: Callable[[], Awaitable[httpx.Response]]) -> None:
        async with slots:
            answer = await call()
        ended[f"{answer.status_code} {answer.json().get('code', '')}".strip()] += 1

    await asyncio.gather(*(one(call) for call in calls))
    return ended


def verdict(kept: bool) -> str:
    return "kept" if kept else "MISSED"


async def guessing(attacker: Attacker, codes: int = 20) -> None:
    """200 wrong guesses at once per code, then the right one; 50 right ones at once."""
    judged, opened = [], []
    for _ in range(codes):
        phone = a_phone()
        await attacker.ask(phone)
        code = await attacker.code_of(phone)
        wrong = [f"{(int(code) + step) % 1_000_000:06d}" for step in range(1, 201)]
        answers = await asyncio.gather(*(attacker.enter(phone, guess) for guess in wrong))
        judged.append(sum(answer.json()["code"] == "identity.code_wrong" for answer in answers))
        judged[-1] += (await attacker.enter(phone, code)).status_code == 201
        phone = a_phone()
        await attacker.ask(phone)
        code = await attacker.code_of(phone)
        answers = await asyncio.gather(*(attacker.enter(phone, code) for _ in range(50)))
        opened.append(sum(answer.status_code == 201 for answer in answers))
    print(f"{codes} codes × 200 wrong guesses at once: at most {max(judged)} judged; bar 5 {verdict(max(judged) <= 5)}")
    print(f"{codes} codes × 50 right ones at once: {sorted(set(opened))} sessions; bar 1 {verdict(set(opened) == {1})}")


async def crossing(attacker: Attacker, codes: int = 200) -> None:
    """Used codes once more, and codes of one browser in another's attempt."""
    begun: list[tuple[str, str, str]] = []
    for _ in range(codes):
        phone = a_phone()
        body = {"phone": phone, "bound": True}
        asked = (await attacker.http.post("/api/v1/auth/codes", json=body)).json()
        attacker.http.cookies.clear()
        begun.append((phone, await attacker.code_of(phone), asked["attempt"]))
    crossed = 0
    for mine, theirs in zip(begun, [*begun[1:], begun[0]], strict=True):
        tries = (mine[0], mine[1], theirs[2]), (mine[0], theirs[1], mine[2]), (mine[0], theirs[1], theirs[2])
        for phone, code, attempt in tries:
            is_own = (phone, code, attempt) == mine
            answer = await attacker.enter(phone, code, attempt=attempt)
            crossed += answer.status_code == 201 and not is_own and theirs[1] != mine[1]
    own = [await attacker.enter(phone, code, attempt=attempt) for phone, code, attempt in begun]
    again = [await attacker.enter(phone, code, attempt=attempt) for phone, code, attempt in begun]
    used = sum(answer.status_code == 201 for answer in again)
    in_own = sum(answer.status_code == 201 for answer in own)
    print(f"{3 * codes} codes crossed between attempts: {crossed} accepted; bar 0 {verdict(crossed == 0)}")
    print(f"{codes} codes in their own attempt: {in_own} accepted; used again: {used}; bar 0 {verdict(used == 0)}")


async def bombing(attacker: Attacker, requests: int = 10_000, addresses: int = 1_000) -> None:
    """One phone from everywhere."""
    phone = a_phone()
    homes = [f"198.{18 + n // 65_536}.{n // 256 % 256}.{n % 256}" for n in range(addresses)]
    before = await attacker.sms_sent()
    began = time.perf_counter()
    ended = await gathered([lambda home=homes[n % addresses]: attacker.ask(phone, home) for n in range(requests)])  # type: ignore[misc]
    took = time.perf_counter() - began
    sent = await attacker.sms_sent() - before
    print(f"{requests} requests from {addresses} addresses at one phone in {took:.0f} s: {dict(ended)}")
    print(f"{sent} SMS; bar 5 {verdict(1 <= sent <= 5)}")


async def pumping(attacker: Attacker, numbers: int = 10_000) -> None:
    """Adjacent numbers, each from an address of its own."""
    first = 380_670_000_000 + random.randrange(9_000_000)
    phones = [f"+{first + step}" for step in range(numbers)]
    before = await attacker.sms_sent()
    began = time.perf_counter()
    ended = await gathered(
        [lambda n=n, phone=phone: attacker.ask(phone, f"198.51.{n // 256}.{n % 256}") for n, phone in enumerate(phones)]  # type: ignore[misc]
    )
    took = time.perf_counter() - began
    sent = await attacker.sms_sent() - before
    print(f"{numbers} adjacent numbers in {took:.0f} s: {dict(ended)}")
    print(f"{sent} SMS; bar 50 {verdict(1 <= sent <= 50)}")
    foreign = ["+442071234567", "+79161234567", "+19005551234", "+48600123456", "0900 123 456", "102", "+380900123456"]
    answers = [await attacker.ask(phone) for phone in foreign]
    taken = sum(answer.status_code == 202 for answer in answers)
    print(f"{len(foreign)} foreign, short and premium numbers: {taken} SMS; bar 0 {verdict(taken == 0)}")


async def telling(attacker: Attacker, calls: int = 2_000) -> None:
    """Whether answers tell known phones from unknown ones: bytes and time."""
    known, unknown = [a_phone() for _ in range(calls)], [a_phone() for _ in range(calls)]
    name = databases.database_name("identity", attacker.stack.suffix)
    db = await asyncpg.connect(f"{attacker.stack.postgres_url.rsplit('/', 1)[0]}/{name}")
    await db.executemany(
        "INSERT INTO app_user (id, phone_e164, name, language, channels, created_at)"
        " VALUES ($1, $2, 'Олена', 'uk', '{}', now() - interval '90 days') ON CONFLICT DO NOTHING",
        [(uuid4(), phone) for phone in known],
    )
    await db.execute("ANALYZE app_user")
    await db.close()
    mixed = [(phone, True) for phone in known] + [(phone, False) for phone in unknown]
    random.shuffle(mixed)
    took: dict[bool, list[float]] = {True: [], False: []}
    shapes: dict[bool, set[str]] = {True: set(), False: set()}
    for number, (phone, is_known) in enumerate(mixed):
        began = time.perf_counter()
        answer = await attacker.front.post("/api/v1/auth/codes", json={"phone": phone})
        spent = time.perf_counter() - began
        if number >= 100:
            took[is_known].append(spent)
        shapes[is_known].add(_shape(answer))
    area = auc(took[True], took[False])
    same = shapes[True] == shapes[False] and len(shapes[True]) == 1
    print(f"{calls} + {calls} calls for known and unknown phones: {len(shapes[True] | shapes[False])} kind of answer")
    print(
        f"equal but for the moments in them: {verdict(same)}; timing AUC {area:.3f}; bar 0.55 {verdict(area <= 0.55)}"
    )
    if not same:
        print(shapes)


def _shape(answer: httpx.Response) -> str:
    """All bytes of an answer but the clock's: moments of one length, the date, the id of the request."""
    headers = sorted(
        (name, value) for name, value in answer.headers.items() if name not in ("date", "x-request-id", "traceparent")
    )
    body = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "<moment>", answer.text)
    return f"{answer.status_code} {headers} {body}"


def auc(ones: list[float], others: list[float]) -> float:
    """How well time tells the two apart: 0.5 not at all, 1 wholly; whichever way round."""
    ranked = sorted([(value, 1) for value in ones] + [(value, 0) for value in others])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    area = (ranks - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))
    return max(area, 1 - area)


ATTACKS = {"guessing": guessing, "crossing": crossing, "bombing": bombing, "telling": telling, "pumping": pumping}


async def attack(stack: Stack, names: list[str]) -> None:
    """Run the named attacks one after the other."""
    attacker = Attacker(stack)
    for name in names:
        await ATTACKS[name](attacker)  # type: ignore[operator]
    await attacker.http.aclose()
    await attacker.front.aclose()


def main() -> None:
    """Start the product, attack, print."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    seed = random.randrange(10**6)
    random.seed(seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # the product must not outlive it
    names = sys.argv[1:] or list(ATTACKS)
    parts = (*NEEDED, "gateway") if "telling" in names else NEEDED
    with running_product(ensure_servers(), traced=False, parts=parts) as (stack, _):
        asyncio.run(attack(stack, names))
    print(f"seed {seed}")


if __name__ == "__main__":
    main()
