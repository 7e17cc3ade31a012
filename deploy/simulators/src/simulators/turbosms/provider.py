"""Both gateways of TurboSMS on one office."""

from typing import Any

from fastapi import APIRouter

from simulators.bench import Bench
from simulators.turbosms import http_gateway, soap_gateway
from simulators.turbosms.office import NAME, Office


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
        return self._office.accounts.change(name, wanted).shown()
