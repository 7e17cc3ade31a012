"""An account in one service, and callers whose rights the test chooses before each call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from contracts.identity import AccountRegistered, AccountState, MembershipChanged, MembershipState
from contracts.permissions import Permission
from kit.access import copy_membership
from kit.ids import new_id
from kit.testing import Bench, Person
from tests.rights.samples import Samples

_NOW = datetime.now(UTC)
EVERYTHING = frozenset(Permission)
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One operation of a service, with a request that it can read."""

    service: str
    method: str
    path: str
    template: str
    operation_id: str
    in_account: bool
    query: dict[str, str]
    body: Any

    @property
    def address(self) -> str:
        return f"{self.method} {self.path}"


class World:
    """One account, its owner Olena who may edit rights, and one member whose rights change from call to call."""

    def __init__(self, name: str, bench: Bench) -> None:
        self.name, self.bench = name, bench
        self.account_id, self.other_account_id = new_id(), new_id()
        self.member, self.owner, self.stranger = (bench.mint.person(f"+38067000000{n}") for n in range(3))
        self._member_id, self._version = new_id(), 0
        self._given: tuple[frozenset[str], str] | None = None
        self.routes: list[Route] = []
        self.known: dict[str, str] = {}
        """Things that are there, by the name of the part of an address: some routes look at them before the rights.

        They stand only for what lies above a thing: a route for the thing itself might take it away from the others.
        """

    @classmethod
    async def open(cls, name: str, bench: Bench) -> World:
        world = cls(name, bench)
        if name == "identity":
            await world._open_at_identity()
        for account_id in (world.account_id, world.other_account_id):
            await bench.deliver(_registered(account_id))
        await world._join(world.account_id, world.owner, new_id(), 1, EVERYTHING, "owner")
        await world._join(world.other_account_id, world.stranger, new_id(), 1, EVERYTHING, "owner")
        if name == "booking":
            await world._furnish()
        document = (await bench.http.get("/openapi.json")).json()
        world.routes = list(_routes(name, document, world.known))
        return world

    async def as_member(self, permissions: Iterable[str], role: str = "master") -> Person:
        """The member, with exactly these rights from the next call on."""
        rights = frozenset(permissions)
        if self._given == (rights, role):
            return self.member
        self._given = (rights, role)
        self._version += 1
        await self._join(self.account_id, self.member, self._member_id, self._version, rights, role)
        return self.member

    async def call(self, route: Route, who: Person | None) -> httpx.Response:
        headers = {"Accept-Language": "en", **(who.headers if who else {})}
        path = route.path.replace("{account_id}", str(self.account_id))
        self.bench.http.cookies.clear()
        return await self.bench.http.request(
            route.method, path, params=route.query, json=route.body, headers=headers, timeout=20
        )

    async def _join(
        self, account_id: UUID, person: Person, member_id: UUID, version: int, rights: frozenset[str], role: str
    ) -> None:
        state = MembershipState(
            id=member_id,
            account_id=account_id,
            user_id=person.user_id,
            name="Олена" if role == "owner" else "Марко",
            phone_e164=person.phone_e164,
            role=role,
            permissions=rights,
        )
        async with self.bench.service.db.tx(account_id) as tx:
            await copy_membership(MembershipChanged(account_id=account_id, version=version, membership=state), tx)

    async def _open_at_identity(self) -> None:
        """Here accounts and people are rows of their own, made through the door that makes them."""
        from identity.tables import User

        async with self.bench.service.db.system_tx() as tx:
            names = {self.member: "Марко", self.owner: "Олена", self.stranger: "Інна"}
            for person in names:
                user = User(
                    id=person.user_id, phone_e164=person.phone_e164, name=names[person], language="uk", channels={}
                )
                user.created_at = _NOW
                tx.add(user)
        for which, person in (("account_id", self.owner), ("other_account_id", self.stranger)):
            body = {"name": "Салон", "vanity_address": f"s-{new_id().hex[-20:]}"}
            answer = await self.bench.http.post("/api/v1/accounts", json=body, headers=person.headers)
            assert answer.status_code == 201, answer.text
            setattr(self, which, UUID(answer.json()["id"]))

    async def _furnish(self) -> None:
        """Somebody who serves, so that there is a schedule to ask for."""
        chair: dict[str, Any] = {"name": "Крісло", "location_ids": None, "service_ids": [], "accepts_bookings": True}
        path = f"/api/v1/accounts/{self.account_id}/staff-members"
        answer = await self.bench.http.post(path, json=chair, headers=self.owner.headers)
        assert answer.status_code == 201, answer.text
        self.known["staff_member_id"] = answer.json()["id"]


def _registered(account_id: UUID) -> AccountRegistered:
    account = AccountState(
        id=account_id,
        name="Салон",
        vanity_address=f"s-{account_id.hex[-20:]}",
        time_zone="Europe/Kyiv",
        country="UA",
        currency="UAH",
        language="uk",
    )
    return AccountRegistered(account_id=account_id, version=1, account=account)


def _routes(service: str, document: dict[str, Any], known: dict[str, str]) -> Iterable[Route]:
    samples = Samples(document)
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method not in operations:
                continue
            operation = operations[method]
            filled, in_account = path, "{account_id}" in path
            for name, value in samples.parameters(operation, "path").items():
                if name != "account_id":
                    filled = filled.replace(
                        "{" + name + "}", value if path.endswith("{" + name + "}") else known.get(name, value)
                    )
            yield Route(
                service,
                method.upper(),
                filled,
                path.removeprefix("/api/v1"),
                operation["operationId"],
                in_account,
                samples.parameters(operation, "query"),
                samples.body(operation),
            )
