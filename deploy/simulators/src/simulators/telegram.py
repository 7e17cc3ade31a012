"""Telegram's Bot API: a person starts the bot first, then it may write to them."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.bench import Bench
from simulators.callbacks import call
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE, Fault
from simulators.switches import Switch, Switches
from simulators.wire import answered, json_text

NAME = "telegram"
TEXT_LIMIT = 4096
PARSE_MODES = frozenset({"", "HTML", "Markdown", "MarkdownV2"})
POLL_STEP_S = 0.05
# Refusals on demand: status and description.
REFUSALS: dict[str, tuple[int, str]] = {
    "reject_auth": (401, "Unauthorized"),
    "chat_not_found": (400, "Bad Request: chat not found"),
    "bad_markup": (400, "Bad Request: can't parse entities"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deleted": (403, "Forbidden: user is deactivated"),
    "conflict": (409, "Conflict: terminated by other getUpdates request"),
    "too_large": (413, "Request Entity Too Large"),
    "too_many": (429, "Too Many Requests: retry after {seconds}"),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat"),
}
RETRY_AFTER_S = 3


class Refused(Exception):
    """The call is refused with this status, description and parameters."""

    def __init__(self, status: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


@dataclass
class Bot:
    token: str
    username: str = "zapys_test_bot"
    hook_url: str = ""
    hook_secret: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    last_update_id: int = 1000


@dataclass
class Chat:
    """A person who has pressed Start; `state` is started, blocked or deleted."""

    id: int
    first_name: str = "Клієнт"
    state: str = "started"


class Telegram:
    """Stands in for api.telegram.org."""

    name = NAME
    modes = TRANSPORT | frozenset(REFUSALS)

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.switches = Switches(
            {"unknown_chats": Switch("refused", ("refused", "started")), "messages_per_chat_second": Switch(0)}
        )
        self._bots: dict[str, Bot] = {}
        self._chats: dict[str, Chat] = {}
        self._last_message_id = 0
        self.reset()
        self.router = APIRouter()
        self.router.add_api_route("/bot{token}/{method}", self.serve, methods=["GET", "POST"])

    def reset(self) -> None:
        self.switches.reset()
        self._bots = {"100001:good-token": Bot("100001:good-token")}
        self._chats = {}

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A chat, by its number: `{"state", "first_name", "says"}`; what a person says reaches the bot as an update."""
        try:
            chat_id = int(name)
        except ValueError as error:
            raise ValueError("a chat is named by its number") from error
        if strange := set(wanted) - {"state", "first_name", "says"}:
            raise ValueError(f"cannot set {sorted(strange)}")
        if wanted.get("state", "started") not in {"started", "blocked", "deleted"}:
            raise ValueError("state is started, blocked or deleted")
        chat = self._chats.setdefault(name, Chat(chat_id))
        chat.state = wanted.get("state", chat.state)
        chat.first_name = wanted.get("first_name", chat.first_name)
        if "says" in wanted:
            for bot in self._bots.values():
                self._update(bot, chat, str(wanted["says"]))
        return vars(chat).copy()

    async def serve(self, request: Request, token: str, method: str) -> Response:
        given = await _given(request)
        is_sending = method == "sendMessage"
        modes = (TRANSPORT if is_sending else TRANSPORT_BEFORE) | frozenset(REFUSALS)
        names = {token, str(given.get("chat_id", ""))} - {""}
        fault = self._bench.faults.strike(NAME, names, method, modes)

        async def accept() -> Response:
            try:
                if fault and fault.mode in REFUSALS:
                    raise _refusal(fault)
                bot = self._bots.get(token)
                if bot is None:
                    raise Refused(401, "Unauthorized")
                return _answer(200, {"ok": True, "result": await self._done(bot, method, given)})
            except Refused as refused:
                body = {"ok": False, "error_code": refused.status, "description": refused.description}
                if refused.parameters:
                    body["parameters"] = refused.parameters
                return _answer(refused.status, body)

        return await answered(fault, accept)

    async def _done(self, bot: Bot, method: str, given: dict[str, Any]) -> Any:
        match method:
            case "sendMessage":
                return self._send(bot, given)
            case "getMe":
                return {
                    "id": int(bot.token.split(":")[0]),
                    "is_bot": True,
                    "first_name": "Zapys",
                    "username": bot.username,
                }
            case "getUpdates":
                return await self._updates(bot, given)
            case "setWebhook":
                bot.hook_url, bot.hook_secret = str(given.get("url", "")), str(given.get("secret_token", ""))
                return True
            case "deleteWebhook":
                bot.hook_url = ""
                return True
            case "getWebhookInfo":
                return {"url": bot.hook_url, "pending_update_count": len(bot.updates)}
            case _:
                raise Refused(404, "Not Found")

    def _send(self, bot: Bot, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(str(given.get("chat_id", "")))
        text = given.get("text")
        if not isinstance(text, str) or not text:
            raise Refused(400, "Bad Request: message text is empty")
        if len(text) > TEXT_LIMIT:
            raise Refused(400, "Bad Request: message is too long")
        if given.get("parse_mode", "") not in PARSE_MODES:
            raise Refused(400, "Bad Request: unsupported parse_mode")
        self._hold_rate(chat)
        self._last_message_id += 1
        now = self._bench.clock.now()
        self._bench.ledger(NAME).accept(
            now, bot.token, "message", message_id=str(self._last_message_id), chat_id=str(chat.id), text=text
        )
        return {
            "message_id": self._last_message_id,
            "date": int(now.timestamp()),
            "chat": {"id": chat.id, "type": "private", "first_name": chat.first_name},
            "text": text,
        }

    def _chat(self, chat_id: str) -> Chat:
        chat = self._chats.get(chat_id)
        if chat is None and self.switches["unknown_chats"] == "started" and chat_id.lstrip("-").isdigit():
            chat = self._chats.setdefault(chat_id, Chat(int(chat_id)))
        if chat is None:
            raise Refused(*REFUSALS["chat_not_found"])
        if chat.state != "started":
            raise Refused(*REFUSALS[chat.state])
        return chat

    def _hold_rate(self, chat: Chat) -> None:
        allowed = int(self.switches["messages_per_chat_second"])
        if not allowed:
            return
        now = self._bench.clock.now()
        lately = [
            item
            for item in self._bench.ledger(NAME).items()
            if item["chat_id"] == str(chat.id) and (now.timestamp() - _seconds(item["at"])) < 1
        ]
        if len(lately) >= allowed:
            raise Refused(429, "Too Many Requests: retry after 1", {"retry_after": 1})

    def _update(self, bot: Bot, chat: Chat, text: str) -> None:
        bot.last_update_id += 1
        sender = {"id": chat.id, "first_name": chat.first_name}
        update = {
            "update_id": bot.last_update_id,
            "message": {
                "message_id": bot.last_update_id,
                "date": int(self._bench.clock.now().timestamp()),
                "from": {**sender, "is_bot": False, "language_code": "uk"},
                "chat": {**sender, "type": "private"},
                "text": text,
            },
        }
        if not bot.hook_url:
            bot.updates.append(update)
            return
        headers = {"Content-Type": "application/json"}
        if bot.hook_secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = bot.hook_secret
        self._bench.later(NAME, _push(bot.hook_url, json_text(update).encode(), headers))

    async def _updates(self, bot: Bot, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Waiting updates; those before `offset` are confirmed and gone. Held open up to `timeout` seconds."""
        if bot.hook_url:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if (offset := int(given.get("offset", 0))) > 0:
            bot.updates = [update for update in bot.updates if update["update_id"] >= offset]
        left_s = float(given.get("timeout", 0))
        while not bot.updates and left_s > 0:
            await asyncio.sleep(POLL_STEP_S)
            left_s -= POLL_STEP_S
        return bot.updates[: int(given.get("limit", 100))]


async def _push(url: str, body: bytes, headers: dict[str, str]) -> None:
    await call(url, body, headers)


def _refusal(fault: Fault) -> Refused:
    status, description = REFUSALS[fault.mode]
    if fault.mode == "too_many":
        seconds = RETRY_AFTER_S if fault.delay_s is None else int(fault.delay_s)
        return Refused(status, description.format(seconds=seconds), {"retry_after": seconds})
    if fault.mode == "migrated":
        return Refused(status, description, {"migrate_to_chat_id": -1001234567890})
    return Refused(status, description)


async def _given(request: Request) -> dict[str, Any]:
    if "application/json" in request.headers.get("content-type", ""):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    form = await request.form()
    return {**request.query_params, **{name: value for name, value in form.items() if isinstance(value, str)}}


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def _answer(status: int, body: dict[str, Any]) -> Response:
    return Response(json_text(body), status_code=status, media_type="application/json")
