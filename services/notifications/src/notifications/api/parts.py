"""What the routes of this service ask for beside the kit's own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request

from kit import context
from kit.errors import InvalidInput
from notifications.clock import Clock
from notifications.providers.factory import Providers
from notifications.settings import Settings
from notifications.usecases.check_provider import Checker
from notifications.usecases.plan_booking import Planner
from notifications.views import Words

PREFIX = "/api/v1/accounts/{account_id}"


async def _clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


async def _providers(request: Request) -> Providers:
    providers: Providers = request.app.state.providers
    return providers


async def _checker(request: Request) -> Checker:
    checker: Checker = request.app.state.checker
    return checker


async def _planner(request: Request) -> Planner:
    planner: Planner = request.app.state.planner
    return planner


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _words(request: Request) -> Words:
    state = request.app.state
    try:
        account_id = UUID(request.path_params.get("account_id", ""))
    except ValueError:
        account_id = None
    return Words(state.texts, context.current().language, state.base_url, account_id)


async def _expected_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version that the caller has read, from `If-Match: "3"`."""
    if if_match is None or if_match == "*":
        return None
    number = if_match.removeprefix("W/").strip('"')
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise InvalidInput.of("header/If-Match", "int")
    return int(number)


ClockDep = Annotated[Clock, Depends(_clock)]
ProvidersDep = Annotated[Providers, Depends(_providers)]
PlannerDep = Annotated[Planner, Depends(_planner)]
CheckerDep = Annotated[Checker, Depends(_checker)]
SettingsDep = Annotated[Settings, Depends(_settings)]
WordsDep = Annotated[Words, Depends(_words)]
ExpectedVersionDep = Annotated[int | None, Depends(_expected_version)]
