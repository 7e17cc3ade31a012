"""One identity on a real database for all its tests, and people who sign in to it with codes from its own events."""

import base64
import os
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from contracts.booking import LocationChanged, LocationState
from contracts.identity import LoginCodeRequested
from identity.app import build, say_keys
from identity.settings import Settings
from kit.ids import new_id
from kit.testing import Bench
from zapys_dev.databases import Urls
from zapys_dev.keys import new_signing_key

_OPERATORS = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")


def new_phone() -> str:
    """A phone that no test had before, far from every other: neighbours share limits."""
    return f"+380{secrets.choice(_OPERATORS)}{secrets.randbelow(10_000_000):07d}"


@pytest.fixture(scope="session")
def identity_database(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database("identity")


@pytest.fixture(scope="session")
def settings(identity_database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("identity")
    (folder / "signing-key").write_text(new_signing_key())
    (folder / "pepper").write_text(base64.b64encode(os.urandom(32)).decode())
    return Settings(
        database_url=SecretStr(identity_database.app_url),
        signing_key_file=folder / "signing-key",
        code_pepper_file=folder / "pepper",
        public_url="https://zapys.test",
        rate_limits="off",
    )


@pytest.fixture(scope="session")
async def bench(settings: Settings) -> AsyncIterator[Bench]:
    service = build(settings)
    async with Bench(service) as bench:
        await say_keys(service.db, service.state["wiring"].keyring)
        yield bench


@dataclass
class Somebody:
    """A person who signed in through the API."""

    phone: str
    user_id: UUID
    session_id: UUID
    token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class People:
    """Signs people in and lets them do what tests begin with."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.http = bench.http

    async def ask_code(self, phone: str) -> str:
        """The code that would go out by SMS."""
        answer = await self.http.post("/api/v1/auth/codes", json={"phone": phone})
        assert answer.status_code == 202, answer.text
        return (await self.codes_of(phone))[-1].code

    async def codes_of(self, phone: str) -> list[LoginCodeRequested]:
        return [event for event in await self.bench.said(LoginCodeRequested) if event.phone_e164 == phone]

    async def try_code(self, phone: str, code: str, **more: Any) -> Any:
        self.http.cookies.clear()
        return await self.http.post("/api/v1/auth/sessions", json={"phone": phone, "code": code, **more})

    async def sign_in(self, phone: str | None = None, device: str = "Chrome") -> Somebody:
        phone = phone or new_phone()
        code = await self.ask_code(phone)
        answer = await self.try_code(phone, code, device=device)
        assert answer.status_code == 201, answer.text
        self.http.cookies.clear()
        body = answer.json()
        return Somebody(
            phone,
            UUID(body["user"]["id"]),
            UUID(body["session_id"]),
            body["access_token"],
            body["refresh_token"],
        )

    async def owner(self, **account: Any) -> tuple[Somebody, str]:
        """An owner with a fresh account; answers its path."""
        owner = await self.sign_in()
        return owner, await self.account_of(owner, **account)

    async def account_of(self, owner: Somebody, **more: Any) -> str:
        body = {"name": "Салон «Левада»", "vanity_address": f"s-{new_id().hex[-20:]}", **more}
        answer = await self.http.post("/api/v1/accounts", json=body, headers=owner.headers)
        assert answer.status_code == 201, answer.text
        return f"/api/v1/accounts/{answer.json()['id']}"

    async def add(self, owner: Somebody, account: str, role: str = "master", **more: Any) -> tuple[Somebody, str]:
        """A member of the account, signed in; answers the path of the membership."""
        phone = new_phone()
        body = {"phone": phone, "name": f"{role} {phone[-4:]}", "role": role, "confirmed": True, **more}
        answer = await self.http.post(f"{account}/members", json=body, headers=owner.headers)
        assert answer.status_code == 201, answer.text
        return await self.sign_in(phone), f"{account}/members/{answer.json()['id']}"

    async def place(self, account: str, *, is_deleted: bool = False) -> str:
        """A location of the account, as booking says it; answers its id."""
        state = LocationState(id=new_id(), name="На Подолі", time_zone="Europe/Kyiv", is_deleted=is_deleted)
        await self.bench.deliver(LocationChanged(account_id=UUID(account[-36:]), version=1, location=state))
        return str(state.id)


@pytest.fixture(scope="session")
def people(bench: Bench) -> People:
    return People(bench)
