"""The one place where the simulators are put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from simulators.acquirers.liqpay import LiqPay
from simulators.acquirers.monobank import Monobank
from simulators.acquirers.wayforpay import WayForPay
from simulators.alphasms import AlphaSms
from simulators.bench import Bench, Provider
from simulators.checkbox import Checkbox
from simulators.control import Control
from simulators.phone_page import STATIC, PhonePage
from simulators.settings import Settings
from simulators.smtp import Smtp
from simulators.telegram import Telegram
from simulators.turbosms import TurboSms
from simulators.webpush import WebPush
from simulators.wire import Wire


def build_app(settings: Settings) -> Wire:
    """All providers, each under its own name, and the control interface beside them."""
    bench = Bench(settings)
    smtp = Smtp(bench)
    everyone: list[Provider] = [
        TurboSms(bench),
        AlphaSms(bench),
        Checkbox(bench),
        Telegram(bench),
        LiqPay(bench),
        Monobank(bench),
        WayForPay(bench),
        WebPush(bench),
        smtp,
    ]
    providers = {provider.name: provider for provider in everyone}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await smtp.start()
        yield
        bench.drop_work()
        await smtp.stop()

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
