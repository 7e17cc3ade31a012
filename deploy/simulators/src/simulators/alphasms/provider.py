"""The JSON API of AlphaSMS: `POST /api/json.php`, always HTTP 200."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.alphasms import accounts, hooks
from simulators.alphasms.accounts import Account, ItemRefused
from simulators.alphasms.commands import NAME, Commands
from simulators.alphasms.messages import Message
from simulators.bench import Bench
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE, Fault
from simulators.pace import Pace
from simulators.switches import Switch, Switches
from simulators.wire import answered, json_text

DENIED = "Access denied"
READING = frozenset({"status", "balance", "hlr"})
ITEM_MODES = frozenset({"no_funds", "sender_unknown", "stop_list", "invalid_phone"})
CALL_MODES = frozenset({"reject_auth", "ip_refused", "fatal_999", "too_fast"})


class AlphaSms:
    """Stands in for alphasms.ua."""

    name = NAME
    modes = TRANSPORT | ITEM_MODES | CALL_MODES

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.switches = Switches(
            {
                "no_funds_text": Switch("Not enough money on balance"),
                "repeated_id_text": Switch("Message with this id already exists"),
                "unknown_id_text": Switch("SMS not found"),
                "stop_list_text": Switch("Phone is in stop list"),
                "hook_method": Switch("POST", ("POST", "GET")),
                "hook_copies": Switch(1),
                "hook_before_answer": Switch(False),
                "sends_per_second": Switch(0),
            }
        )
        self._accounts = accounts.at_start()
        self._commands = Commands(bench, self.switches)
        self._pace = Pace()
        self.router = APIRouter()
        self.router.add_api_route("/api/json.php", self.serve, methods=["POST"])

    def reset(self) -> None:
        self.switches.reset()
        self._accounts = accounts.at_start()
        self._commands.reset()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        account = self._accounts.get(name) or Account(name)
        said = wanted.get("says")
        account.change({field: value for field, value in wanted.items() if field != "says"})
        if said is not None:
            answered_to = self._commands.reply(account, str(said["phone"]), str(said["text"]))
            if answered_to is None:
                raise ValueError("nobody wrote to this phone, so it cannot answer")
            self._bench.later(NAME, hooks.tell_reply(answered_to, self.switches.shown()))
        self._accounts[name] = account
        return account.shown()

    async def serve(self, request: Request) -> Response:
        """Answer one package of commands."""
        package = await _package(request)
        if package is None:
            return _answer({"success": False, "error": "Wrong request format"})
        key, items = str(package.get("auth", "")), package["data"]
        is_reading = all(isinstance(item, dict) and item.get("type") in READING for item in items)
        modes = CALL_MODES | (TRANSPORT_BEFORE if is_reading else TRANSPORT | ITEM_MODES)
        method = str(items[0].get("type")) if is_reading and items else "send"
        fault = self._bench.faults.strike(NAME, {key}, method, modes)

        async def accept() -> Response:
            return _answer(await self._verdict(request, key, items, fault))

        return await answered(fault, accept)

    async def _verdict(self, request: Request, key: str, items: list[Any], fault: Fault | None) -> dict[str, Any]:
        mode = fault.mode if fault else ""
        account = self._accounts.get(key)
        address = request.client.host if request.client else ""
        if account is None or not account.is_active or mode in {"reject_auth", "ip_refused"}:
            return {"success": False, "error": DENIED}
        if account.allowed_addresses is not None and address not in account.allowed_addresses:
            return {"success": False, "error": DENIED}
        sends = sum(isinstance(item, dict) and item.get("type") not in READING for item in items)
        if sends and not self._pace.lets_through(key, sends, self.switches["sends_per_second"]):
            mode = "too_fast"
        if mode in {"fatal_999", "too_fast"}:
            return {"success": False, "error": "Internal error" if mode == "fatal_999" else "Too many requests"}
        answers: list[dict[str, Any]] = []
        for item in items:
            answer, message = self._act(account, item, mode)
            answers.append(answer)
            if message is not None:
                await hooks.tell_too_early(message, self.switches.shown())
                self._bench.later(NAME, hooks.tell(self._bench.clock, message, self.switches.shown()))
        return {"success": True, "data": answers}

    def _act(self, account: Account, item: Any, mode: str) -> tuple[dict[str, Any], Message | None]:
        if not isinstance(item, dict):
            return {"success": False, "error": "Wrong item"}, None
        try:
            result, message = self._commands.act(account, item, mode)
        except ItemRefused as refused:
            return {"success": False, "error": str(refused), "data": {"id": item.get("id")}}, None
        return {"success": True, "data": result}, message


async def _package(request: Request) -> dict[str, Any] | None:
    """The parsed package; None where it is not JSON, or not declared to be."""
    if "application/json" not in request.headers.get("content-type", ""):
        return None
    try:
        package = json.loads(await request.body())
    except ValueError:
        return None
    if not isinstance(package, dict) or not isinstance(package.get("data"), list):
        return None
    return package


def _answer(body: dict[str, Any]) -> Response:
    return Response(json_text(body), media_type="application/json")
