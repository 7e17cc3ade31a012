"""The one place where the simulators are put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from simulators.alphasms import AlphaSms
from simulators.bench import Bench, Provider
from simulators.checkbox import Checkbox
from simulators.control import Control
from simulators.phone_page import STATIC, PhonePage
from simulators.settings import Settings
from simulators.turbosms import TurboSms
from simulators.wire import Wire


def build_app(settings: Settings) -> Wire:
    """All providers, each under its own name, and the control interface beside them."""
    bench = Bench(settings)
    everyone: list[Provider] = [TurboSms(bench), AlphaSms(bench), Checkbox(bench)]
    providers = {provider.name: provider for provider in everyone}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        bench.drop_work()

    app = FastAPI(title="Simulators of the providers", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(Control(bench, providers).router)
    app.include_router(PhonePage(bench).router)
    app.mount("/static", StaticFiles(directory=STATIC))
    for provider in everyone:
        app.include_router(provider.router, prefix=f"/{provider.name}", include_in_schema=False)

    @app.get("/", include_in_schema=False)
    async def start() -> RedirectResponse:
        return RedirectResponse("/phone")

    return Wire(app, frozenset(providers), bench.requests, bench.clock)
