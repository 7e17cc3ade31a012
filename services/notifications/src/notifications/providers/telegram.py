"""Telegram by its Bot API, without a library: three methods are all that is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.providers import Answer, CallFailed, HttpClient, Reached
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown

TEXT_LIMIT = 4096
_GONE = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty")


@dataclass(frozen=True)
class Button:
    """A link under a message."""

    text: str
    url: str


@dataclass(frozen=True)
class TelegramBot:
    """The platform's bot. There are no delivery receipts: what was accepted counts as sent."""

    http: HttpClient
    token: str

    async def send(self, chat_id: str, text: str, buttons: tuple[Button, ...] = ()) -> Outcome:
        """One message to one chat; a group that became a supergroup is followed once."""
        outcome, moved_to = await self._send(chat_id, text, buttons)
        if moved_to is not None:
            outcome, _ = await self._send(moved_to, text, buttons)
        return outcome

    async def username(self) -> str | None:
        """The bot's own name, for links that start a chat with it; none when Telegram does not tell."""
        try:
            said = _said(await self._call("getMe", {}))
        except CallFailed:
            return None
        result = said.get("result") if said and said.get("ok") is True else None
        return str(result["username"]) if isinstance(result, dict) and result.get("username") else None

    async def hear_at(self, url: str) -> bool:
        """Let what people write to the bot be pushed to `url`, which is the secret; whether Telegram agreed."""
        wanted = {"url": url, "allowed_updates": ["message"]}
        try:
            said = _said(await self._call("setWebhook", wanted))
        except CallFailed:
            return False
        return said is not None and said.get("ok") is True

    async def _send(self, chat_id: str, text: str, buttons: tuple[Button, ...]) -> tuple[Outcome, str | None]:
        body: dict[str, Any] = {"chat_id": chat_id, "text": text[:TEXT_LIMIT]}
        if buttons:
            rows = [[{"text": button.text, "url": button.url}] for button in buttons]
            body["reply_markup"] = {"inline_keyboard": rows}
        try:
            answer = await self._call("sendMessage", body)
        except CallFailed as failed:
            return (NotSent(failed.cause) if failed.reached is Reached.NOT_SENT else Unknown(failed.cause)), None
        said = _said(answer)
        if said is None:
            return Unknown("an answer without a verdict", f"HTTP {answer.status}"), None
        if said.get("ok") is True:
            result = said.get("result")
            message_id = result.get("message_id") if isinstance(result, dict) else None
            return Accepted(None if message_id is None else f"{chat_id}:{message_id}", "sent"), None
        return _refusal(said, answer.status)

    async def _call(self, method: str, body: dict[str, Any]) -> Answer:
        return await self.http.request("POST", f"/bot{self.token}/{method}", json=body)


def _said(answer: Answer) -> dict[str, Any] | None:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) and isinstance(said.get("ok"), bool) else None


def _refusal(said: dict[str, Any], status: int) -> tuple[Outcome, str | None]:
    """Telegram answers a refusal with a code, a sentence and sometimes what to do."""
    found, more = said.get("error_code"), said.get("parameters")
    code = found if isinstance(found, int) else status
    text = str(said.get("description", ""))[:200]
    parameters = more if isinstance(more, dict) else {}
    if code == 400 and (moved_to := parameters.get("migrate_to_chat_id")) is not None:
        return Refused(ErrorClass.GONE, str(code), text), str(moved_to)
    if code == 429:
        return Refused(ErrorClass.LIMIT, "429", text, _seconds(parameters.get("retry_after"))), None
    if code == 401 or code == 404:
        return Refused(ErrorClass.AUTH, str(code), text), None
    if code == 403 or (code == 400 and any(word in text.lower() for word in _GONE)):
        return Refused(ErrorClass.GONE, str(code), text), None
    if code == 409:
        return Refused(ErrorClass.TRANSIENT, str(code), text), None
    if code >= 500:
        return Unknown(text, str(code)), None
    return Refused(ErrorClass.BUG if code == 400 else ErrorClass.CONTENT, str(code), text), None


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else 1.0
