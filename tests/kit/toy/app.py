"""Wiring of the toy service; it borrows the database roles of booking."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text

from contracts.booking import ClientChanged, ClientState
from kit import access
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from kit.ids import new_id
from kit.messaging import Consumers
from kit.service import Service, new_service
from kit.settings import ServiceSettings
from kit.texts import Texts

MIGRATIONS = Path(__file__).parent / "migrations"


class Settings(ServiceSettings):
    """Settings of the toy."""

    model_config = SettingsConfigDict(env_prefix="TOY_", frozen=True, extra="ignore")


class Round(BaseModel):
    """A shape."""

    form: Literal["round"]
    radius: int


class Square(BaseModel):
    """Another shape."""

    form: Literal["square"]
    sides: list[int] | dict[str, int] = []


class NewThing(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=20)
    at: AwareDatetime | None = None
    number: int = Field(default=0, ge=0, le=10)
    letter: str = Field(default="a", pattern="^[a-z]$")
    shape: Annotated[Round | Square, Field(discriminator="form")] | None = None

    @model_validator(mode="after")
    def is_dated(self) -> Self:
        if self.number == 7 and self.at is None:
            raise ValueError("missing", "at")
        return self


router = APIRouter()


@router.post("/api/v1/accounts/{account_id}/things", status_code=201)
async def make_thing(body: NewThing, member: MemberDep, db: DbDep, once: OnceDep) -> Any:
    """Make a thing and say so."""
    async with db.tx(member.account_id) as tx:
        return await once.run(tx, lambda: _make(tx, member.account_id, body.name))


@router.get("/api/v1/things")
async def look(limit: Annotated[int, Query(ge=1, le=5)] = 1) -> dict[str, int]:
    """Answer what was asked."""
    return {"limit": limit}


@router.get("/api/v1/broken")
async def broken() -> None:
    """A bug."""
    raise RuntimeError("a bug")


@router.get("/api/v1/missing")
async def missing() -> None:
    """A refusal."""
    raise NotFound("thing")


async def _make(tx: Tx, account_id: UUID, name: str) -> dict[str, Any]:
    thing = a_client_changed(account_id, name=name)
    tx.emit(thing)
    return {"id": thing.client.id, "name": name}


def a_client_changed(account_id: UUID, *, name: str = "Ірина", version: int = 1) -> ClientChanged:
    """An event that the toy hears."""
    return ClientChanged(account_id=account_id, version=version, client=ClientState(id=new_id(), name=name))


async def count_effect(event: ClientChanged, tx: Tx) -> None:
    """The effect: one row per subject, counting how often it was had."""
    if event.client.name == "poison":
        raise RuntimeError("this message cannot be handled")
    await tx.execute(
        text(
            "INSERT INTO effect (account_id, subject) VALUES (:account, :subject) "
            "ON CONFLICT (account_id, subject) DO UPDATE SET times = effect.times + 1"
        ),
        {"account": event.account_id, "subject": event.client.id},
    )


def build(settings: ServiceSettings) -> Service:
    """The toy, wired."""
    consumers = Consumers("booking")
    consumers.on(ClientChanged)(count_effect)
    access.listen(consumers)
    return new_service(
        "booking", settings, texts=Texts(), migrations_folder=MIGRATIONS, routers=[router], consumers=consumers
    )
