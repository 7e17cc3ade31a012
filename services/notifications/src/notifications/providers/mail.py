"""E-mail by SMTP: one message to one mailbox, each under a Message-ID of our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Any, Protocol

from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown

if TYPE_CHECKING:
    from datetime import datetime

_POLICY = "5.7."
_ACCOUNT_AT_RELAY = frozenset({530, 534, 535, 538})


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class OutgoingMail:
    """One mail to one mailbox. `key` is ours and the same at every repeat: it makes the Message-ID."""

    key: str
    to: str
    subject: str
    text: str
    at: datetime
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    unsubscribe_url: str | None = None
    """Where a POST without cookies ends such mails (RFC 8058); none for mails that cannot be refused."""


class Mailer(Protocol):
    """Hands mails over; every answer is an outcome, only a bug raises."""

    async def send(self, mail: OutgoingMail) -> Outcome:
        """`Accepted` once the relay has taken it; a mail of `Unknown` fate is not repeated by itself."""


@dataclass(frozen=True)
class Smtp:
    """The relay of the platform. `timeout_s` holds for each step of the conversation."""

    host: str
    port: int
    sender_address: str
    sender_name: str
    login: str | None = None
    password: str | None = None
    tls: str = "none"
    """`none`, `starttls` or `implicit`."""
    timeout_s: float = 20.0

    async def send(self, mail: OutgoingMail) -> Outcome:
        """Everything up to the end of the data is safe to repeat; silence after it is an unknown outcome."""
        import aiosmtplib  # most processes never send a mail

        try:
            message = self.compose(mail)
        except ValueError:
            return Refused(ErrorClass.BAD_RECIPIENT, "", "an address that no mail can carry")
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.timeout_s,
            use_tls=self.tls == "implicit",
            start_tls=self.tls == "starttls",
        )
        try:
            refusal = await self._introduce(client, mail.to)
            return refusal or await self._hand_over(client, message)
        finally:
            client.close()

    def compose(self, mail: OutgoingMail) -> EmailMessage:
        """The mail as it goes over the wire; raises `ValueError` for an address with a line break in it."""
        message = EmailMessage()
        message["From"] = formataddr((self.sender_name, self.sender_address))
        message["To"] = mail.to
        message["Subject"] = mail.subject.replace("\r", " ").replace("\n", " ")
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<{mail.key}@{self.sender_address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if mail.unsubscribe_url:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        if mail.html is not None:
            message.add_alternative(mail.html, subtype="html")
        for file in mail.attachments:
            kind, _, subtype = file.media_type.partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
        return message

    async def _introduce(self, client: Any, recipient: str) -> Refused | NotSent | None:
        """Connect, sign in and name the two mailboxes; none when the relay waits for the mail itself."""
        import aiosmtplib

        steps: list[Callable[[], Awaitable[Any]]] = [client.connect, client.ehlo]
        if self.login:
            steps.append(lambda: client.login(self.login, self.password or ""))
        steps.append(lambda: client.mail(self.sender_address))
        permanent = ErrorClass.AUTH  # so far the relay speaks of us, and of no mailbox
        try:
            for step in steps:
                await step()
            permanent = ErrorClass.BAD_RECIPIENT
            await client.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as refused:
            return _refusal(refused.code, refused.message, permanent)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return NotSent(type(error).__name__)
        return None

    async def _hand_over(self, client: Any, message: EmailMessage) -> Outcome:
        import aiosmtplib

        try:
            said = await client.data(message.as_bytes())
        except aiosmtplib.SMTPResponseException as refused:
            return _refusal(refused.code, refused.message, ErrorClass.CONTENT)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Unknown(type(error).__name__)
        return Accepted(str(message["Message-ID"]), f"{said.code} {said.message}".replace("\0", "\ufffd")[:100])


def _refusal(code: int, text: str, permanent: ErrorClass) -> Refused:
    """RFC 5321: 4xx may pass later, 5xx never; RFC 3463: 5.7 is the sender's fault and not the mailbox's."""
    said = text.replace("\n", " ").replace("\0", "\ufffd")[:200]
    if code in _ACCOUNT_AT_RELAY:
        return Refused(ErrorClass.AUTH, str(code), said)
    if 400 <= code < 500:
        return Refused(ErrorClass.TRANSIENT, str(code), said)
    if permanent is not ErrorClass.AUTH and (said.startswith(_POLICY) or f" {_POLICY}" in said):
        return Refused(ErrorClass.CONTENT, str(code), said)
    return Refused(permanent, str(code), said)
