"""Both gateways of TurboSMS on one office."""

from typing import Any

from fastapi import APIRouter

from simulators.bench import Bench
from simulators.journal import phone_digits
from simulators.turbosms import http_gateway, soap_gateway
from simulators.turbosms.office import NAME, Office
from simulators.turbosms.reports import push_incoming


class TurboSms:
    """Stands in for api.turbosms.ua and turbosms.in.ua."""

    name = NAME
    modes = http_gateway.SEND_MODES | http_gateway.READ_MODES | soap_gateway.SEND_MODES | soap_gateway.READ_MODES

    def __init__(self, bench: Bench) -> None:
        self._office = Office(bench)
        self._soap = soap_gateway.SoapGateway(self._office)
        self.switches = self._office.switches
        self.router = APIRouter()
        self.router.include_router(http_gateway.HttpGateway(self._office).router)
        self.router.include_router(self._soap.router)

    def reset(self) -> None:
        self._office.reset()
        self._soap.reset()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Fields of an account; `says` (`phone`, `text`) is what a person writes to it in Viber."""
        said = wanted.get("says")
        account = self._office.accounts.change(
            name, {field: value for field, value in wanted.items() if field != "says"}
        )
        if said is not None and account.hook is not None:
            phone, text = phone_digits(str(said["phone"])), str(said["text"])
            told = push_incoming(self._office.bench.clock, account.hook, phone, text, self.switches.shown())
            self._office.bench.later(NAME, told)
        return account.shown()
