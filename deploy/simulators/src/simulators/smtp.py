"""A mail server: takes every message, or answers as a mailbox provider would refuse it."""

import asyncio
import base64
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from fastapi import APIRouter

from simulators.bench import Bench
from simulators.faults import Fault
from simulators.switches import Switch, Switches
from simulators.wire import HOLD_S, SLOW_S

NAME = "smtp"
REPLIES = {
    "mailbox_unknown": "550 5.1.1 The email account that you tried to reach does not exist",
    "mailbox_full": "452 4.2.2 The recipient's inbox is out of storage space",
    "try_later": "451 4.3.0 Mail server temporarily rejected message",
    "sender_refused": "550 5.7.1 Relaying denied for this sender",
    "policy": "550 5.7.26 This mail is unauthenticated, which poses a security risk",
    "http_500": "421 4.3.0 Temporary system problem",
}
AT_SENDER = frozenset({"sender_refused"})
AT_RECIPIENT = frozenset({"mailbox_unknown", "mailbox_full", "try_later"})
AT_DATA = frozenset(
    {"policy", "http_500", "drop_before", "drop_after_accept", "timeout_after_accept", "slow", "reject_auth"}
)


class Smtp:
    """Stands in for the relay that the platform sends e-mail through. A fault's `token` is a recipient's address."""

    name = NAME
    modes = AT_SENDER | AT_RECIPIENT | AT_DATA

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.switches = Switches({"auth_required": Switch(False)})
        self._passwords: dict[str, str] = {}
        self.router = APIRouter()
        self._server: asyncio.Server | None = None
        self.reset()

    def reset(self) -> None:
        self.switches.reset()
        self._passwords = {"salon": "secret"}

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A login, with its `password`."""
        if set(wanted) != {"password"}:
            raise ValueError("an account of the mail server has a password and nothing else")
        self._passwords[name] = str(wanted["password"])
        return {"login": name}

    async def start(self) -> None:
        settings = self._bench.settings
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, settings.host, settings.smtp_port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.simulator",
            ident="simulator",
            enable_SMTPUTF8=True,
            auth_required=bool(self.switches["auth_required"]),
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        login, password = given.login.decode(), given.password.decode()
        refused = self._bench.faults.strike(NAME, {login}, "auth", {"reject_auth"})
        return AuthResult(success=refused is None and self._passwords.get(login) == password, handled=False)

    async def handle_MAIL(  # noqa: N802 - the name is the library's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._bench.faults.strike(NAME, {address}, "mail", AT_SENDER) is not None:
            return REPLIES["sender_refused"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name is the library's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = self._bench.faults.strike(NAME, {address}, "rcpt", AT_RECIPIENT)
        if fault is not None:
            return REPLIES[fault.mode]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name is the library's
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        fault = self._bench.faults.strike(NAME, set(envelope.rcpt_tos), "data", AT_DATA - {"reject_auth"})
        if fault is not None and fault.mode in REPLIES:
            return REPLIES[fault.mode]
        if fault is not None and fault.mode == "drop_before":
            return await _dropped(server)
        self._accept(envelope)
        return await self._answered(server, fault)

    async def _answered(self, server: SMTP, fault: Fault | None) -> str:
        mode = fault.mode if fault else ""
        delay_s = fault.delay_s if fault else None
        if mode == "slow":
            await asyncio.sleep(SLOW_S if delay_s is None else delay_s)
        if mode == "timeout_after_accept":
            await asyncio.sleep(HOLD_S if delay_s is None else delay_s)
        if mode in {"drop_after_accept", "timeout_after_accept"}:
            return await _dropped(server)
        return "250 2.0.0 OK"

    def _accept(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        self._bench.ledger(NAME).accept(
            self._bench.clock.now(),
            envelope.mail_from or "",
            "mail",
            message_id=str(mail.get("Message-ID", "")),
            to=list(envelope.rcpt_tos),
            subject=str(mail.get("Subject", "")),
            headers={name: str(value) for name, value in mail.items()},
            text=plain.get_content() if plain else "",
            html=html.get_content() if html else "",
            files=[_file(part) for part in mail.iter_attachments()],
            contents=[base64.b64encode(_bytes(part)).decode() for part in mail.iter_attachments()],
        )


def _file(part: EmailMessage) -> dict[str, Any]:
    return {"name": part.get_filename(""), "media_type": part.get_content_type(), "bytes": len(_bytes(part))}


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


async def _dropped(server: SMTP) -> str:
    if server.transport is not None:
        cast(asyncio.Transport, server.transport).abort()  # uvloop's transports do not inherit the class
        await asyncio.Event().wait()  # the loss of the connection cancels this
    return REPLIES["http_500"]
