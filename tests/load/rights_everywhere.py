"""How soon a change of rights works in every service, a sign-out and a revoked API key too:
`python -m tests.load.rights_everywhere [rounds]`.

One account, one member, one program. After each change every service is asked again and again, without a new sign-in,
until its answer fits; the clock starts with the answer to the change.
"""

import asyncio
import signal
import sys
import time

import httpx

from tests.load.figures import percentile
from tests.support.people import Salon, Visitor, new_phone, open_salon
from tests.support.product import running_product
from zapys_dev.stack import Stack
from zapys_dev.testing import ensure_servers

BAR_S = 1.0
# A route of each service with the right that it asks for.
DOORS = {
    "booking": ("client.view", "/clients"),
    "notifications": ("notifications.view", "/notification-settings"),
    "fiscal": ("cash.view", "/cash-operations"),
    "identity": ("audit.view", "/audit"),
}


async def statuses(http: httpx.AsyncClient, account: str, token: str) -> dict[str, int]:
    """What each service answers now."""

    async def one(path: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return (await http.get(f"/api/v1/accounts/{account}{path}", headers=headers)).status_code

    found = await asyncio.gather(*(one(path) for _, path in DOORS.values()))
    return dict(zip(DOORS, found, strict=True))


async def seconds_until(http: httpx.AsyncClient, account: str, token: str, expected: int) -> dict[str, float]:
    """Per service, how long until it answers so."""
    began = time.perf_counter()
    took: dict[str, float] = {}
    while len(took) < len(DOORS):
        asked = time.perf_counter()
        for service, status in (await statuses(http, account, token)).items():
            if status == expected:
                took.setdefault(service, asked - began)
        if time.perf_counter() - began > 30:
            raise AssertionError(f"{expected} not everywhere after 30 s: {took}")
        await asyncio.sleep(0.01)
    return took


async def measure(stack: Stack, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Samples per kind of change."""
    owner = Visitor(stack)
    salon = await open_salon(owner)
    found: dict[str, list[dict[str, float]]] = {
        "right taken": [],
        "right given": [],
        "key revoked": [],
        "signed out": [],
    }
    for _ in range(rounds):
        for kind, took in (await one_round(stack, owner, salon)).items():
            found[kind].append(took)
    await owner.close()
    return found


async def one_round(stack: Stack, owner: Visitor, salon: Salon) -> dict[str, dict[str, float]]:
    """Every change once, with a new member."""
    root = f"/accounts/{salon.account}"
    manager = Visitor(stack, new_phone())
    body = {"phone": manager.phone, "name": "Олег", "role": "manager"}
    member = await owner.ask("POST", f"{root}/members", body, expect=201)
    await manager.sign_in()
    rights = [right for right, _ in DOORS.values()]
    took: dict[str, dict[str, float]] = {}
    await seconds_until(owner.http, salon.account, manager.token, 200)
    path = f"{root}/members/{member['id']}"
    await owner.ask("PATCH", path, {"permissions": dict.fromkeys(rights, False)})
    took["right taken"] = await seconds_until(owner.http, salon.account, manager.token, 403)
    await owner.ask("PATCH", path, {"permissions": dict.fromkeys(rights, True), "confirmed": True})
    took["right given"] = await seconds_until(owner.http, salon.account, manager.token, 200)

    made = await owner.ask("POST", f"{root}/api-keys", {"name": "Звіти", "permissions": rights}, expect=201)
    key = await owner.ask("POST", "/auth/tokens", {"api_key": made["key"]})
    await seconds_until(owner.http, salon.account, key["access_token"], 200)
    await owner.ask("DELETE", f"{root}/api-keys/{made['id']}")
    took["key revoked"] = await seconds_until(owner.http, salon.account, key["access_token"], 401)

    await manager.ask("DELETE", "/auth/sessions")
    took["signed out"] = await seconds_until(owner.http, salon.account, manager.token, 401)
    await manager.close()
    return took


def main() -> None:
    """Print p50 and the worst per change and service."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # the product must not outlive it
    with running_product(ensure_servers(), traced=False) as (stack, _):
        found = asyncio.run(measure(stack, rounds))
    worst = 0.0
    for kind, samples in found.items():
        for service in DOORS:
            took = [sample[service] for sample in samples]
            worst = max(worst, max(took))
            print(
                f"{kind:12s} {service:14s} p50 {percentile(took, 50) * 1000:5.0f} ms, worst {max(took) * 1000:5.0f} ms"
            )
    print(f"{rounds} rounds; bar: everywhere below {BAR_S:.0f} s {'kept' if worst < BAR_S else 'MISSED'}")


if __name__ == "__main__":
    main()
