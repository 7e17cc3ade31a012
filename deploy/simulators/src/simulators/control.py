"""The control interface: what a test or a person sets, and what they read afterwards."""

from typing import Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from simulators.bench import Bench, Provider
from simulators.faults import Fault
from simulators.journal import phone_digits
from simulators.switches import BadSwitch


class FaultBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mode: str
    probability: float = Field(default=1.0, gt=0, le=1)
    count: int | None = Field(default=None, gt=0)
    token: str | None = None
    licence_key: str | None = None
    method: str | None = None
    delay_s: float | None = Field(default=None, ge=0)


class PushBody(BaseModel):
    seconds: float = Field(ge=0)


class Control:
    """Routes that no real provider has."""

    def __init__(self, bench: Bench, providers: dict[str, Provider]) -> None:
        self._bench = bench
        self._providers = providers
        self.router = router = APIRouter()
        router.add_api_route("/ready", self.ready, methods=["GET"])
        router.add_api_route("/phone/{number}/messages", self.messages, methods=["GET"])
        router.add_api_route("/faults", self.faults, methods=["GET"])
        router.add_api_route("/faults/{provider}", self.put_fault, methods=["PUT"])
        router.add_api_route("/faults/{provider}", self.clear_faults, methods=["DELETE"], status_code=204)
        router.add_api_route("/ledger/{provider}", self.ledger, methods=["GET"])
        router.add_api_route("/requests/{provider}", self.requests, methods=["GET"])
        router.add_api_route("/switches/{provider}", self.switches, methods=["GET"])
        router.add_api_route("/switches/{provider}", self.turn_switches, methods=["PUT"])
        router.add_api_route("/accounts/{provider}/{name}", self.set_account, methods=["PUT"])
        router.add_api_route("/clock/push", self.push_clock, methods=["POST"])
        router.add_api_route("/clock/stop", self.stop_clock, methods=["POST"])
        router.add_api_route("/reset", self.reset, methods=["POST"], status_code=204)
        router.add_api_route("/reset/{provider}", self.reset, methods=["POST"], status_code=204)

    async def ready(self) -> dict[str, Any]:
        return {"status": "ready", "providers": sorted(self._providers)}

    async def messages(self, number: str) -> dict[str, Any]:
        """What reached this phone, newest first; any spelling of the number is understood."""
        return {"items": [message.shown() for message in self._bench.phones.messages(phone_digits(number))]}

    async def faults(self) -> dict[str, Any]:
        shown = {name: [fault.shown() for fault in self._bench.faults.of(name)] for name in self._providers}
        return {"items": shown, "modes": {name: sorted(known.modes) for name, known in self._providers.items()}}

    async def put_fault(self, provider: str, body: FaultBody) -> dict[str, Any]:
        """Switch a fault on, in place of the one with the same token, licence key and method."""
        known = self._known(provider)
        if body.mode not in known.modes:
            raise HTTPException(422, f"{provider} has no mode {body.mode!r}; it has: {', '.join(sorted(known.modes))}")
        fault = Fault(**body.model_dump())
        self._bench.faults.put(provider, fault)
        return fault.shown()

    async def clear_faults(self, provider: str, token: str | None = None, licence_key: str | None = None) -> None:
        self._known(provider)
        self._bench.faults.clear(provider, token, licence_key)

    async def ledger(self, provider: str, account: str | None = None, kind: str | None = None) -> dict[str, Any]:
        """Everything the provider accepted, in order."""
        self._known(provider)
        return {"items": self._bench.ledger(provider).items(account, kind)}

    async def requests(self, provider: str, path: str | None = Query(default=None)) -> dict[str, Any]:
        """Raw requests, oldest first; `path` keeps those whose path contains it."""
        self._known(provider)
        recorded = self._bench.requests.of(provider)
        return {"items": [request for request in recorded if path is None or path in request["path"]]}

    async def switches(self, provider: str) -> dict[str, Any]:
        return self._known(provider).switches.shown()

    async def turn_switches(self, provider: str, body: dict[str, Any]) -> dict[str, Any]:
        known = self._known(provider)
        try:
            known.switches.turn(body)
        except BadSwitch as error:
            raise HTTPException(422, str(error)) from error
        return known.switches.shown()

    async def set_account(self, provider: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create or change an account of the provider: balance, sender names, web hook, …"""
        try:
            return self._known(provider).set_account(name, body)
        except (ValueError, TypeError) as error:
            raise HTTPException(422, str(error)) from error

    async def push_clock(self, body: PushBody) -> dict[str, Any]:
        """Let time pass for all providers at once."""
        self._bench.clock.push(body.seconds)
        return {"now": self._bench.clock.now().isoformat()}

    async def stop_clock(self) -> dict[str, Any]:
        """Hold time still, until the full reset: it passes by pushes only."""
        self._bench.clock.stop()
        return {"now": self._bench.clock.now().isoformat()}

    async def reset(self, provider: str | None = None) -> None:
        """Forget everything, or everything of one provider; the full reset sets the clock right again too."""
        names = list(self._providers) if provider is None else [self._known(provider).name]
        for name in names:
            self._bench.forget(name)
            self._providers[name].reset()
        if provider is None:
            self._bench.clock.reset()

    def _known(self, provider: str) -> Provider:
        known = self._providers.get(provider)
        if known is None:
            raise HTTPException(404, f"no provider {provider!r}; there are: {', '.join(sorted(self._providers))}")
        return known
