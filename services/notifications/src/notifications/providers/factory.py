"""From an account's settings to its client at the provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from kit.providers import HttpClient
from kit.secrets import SecretBox
from notifications.domain.routing import INTEGRICA

from .alphasms import AlphaSms
from .protocol import SmsProvider
from .turbosms_http import TurboSmsHttp
from .turbosms_soap import TurboSmsSoap


class Connection(Protocol):
    """What is stored of an account's connection, as far as making its client needs it."""

    @property
    def account_id(self) -> UUID: ...
    @property
    def provider(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def sealed(self) -> bytes | None: ...
    @property
    def login(self) -> str | None: ...
    @property
    def callback_token(self) -> str: ...


@dataclass(frozen=True)
class Providers:
    """Makes clients; the HTTP pools are shared by all accounts."""

    turbosms: HttpClient
    alphasms: HttpClient
    soap_url: str
    soap_timeout_s: float
    platform: SmsProvider
    platform_sender_name: str
    box: SecretBox
    public_url: str

    def of(self, account: Connection) -> SmsProvider:
        """The client of one account; raises `ValueError` when its secret cannot be opened."""
        if account.provider == INTEGRICA:
            return self.platform
        secret = self.secrets(account)
        match account.kind:
            case "http-token":
                return TurboSmsHttp(self.turbosms, secret["token"])
            case "soap-login":
                return TurboSmsSoap(self.soap_url, self.soap_timeout_s, account.login or "", secret["password"])
            case "api-key":
                return AlphaSms(self.alphasms, secret["key"], self.callback_url(account))
            case kind:
                raise ValueError(f"no provider is reached by {kind}")

    def callback_url(self, account: Connection) -> str:
        """Where the provider should push delivery reports of this account."""
        return f"{self.public_url.rstrip('/')}/callbacks/sms/{account.provider}/{account.callback_token}"

    def secrets(self, account: Connection) -> dict[str, str]:
        """What was sealed for the account; empty where nothing is."""
        if account.sealed is None:
            return {}
        opened: dict[str, str] = json.loads(self.box.open(account.sealed, owner_of(account)))
        return opened

    def seal(self, account: Connection, secrets: dict[str, str]) -> bytes:
        """Seal secrets so that they open in this account's row alone."""
        return self.box.seal(json.dumps(secrets), owner_of(account))


def owner_of(account: Connection) -> str:
    """What a sealed secret is bound to."""
    return f"{account.account_id}:{account.provider}"
