"""Accounts of TurboSMS: a token for HTTP, a login and password for SOAP, sender names, and credits."""

import re
from dataclasses import dataclass, field
from typing import Any

from simulators.turbosms.codes import Refused

START_BALANCE = 100_000
SENDER_FORM = re.compile(r"[A-Za-z0-9 ._&-]{3,11}")


@dataclass
class Hook:
    """Where and how delivery reports of an account are pushed.

    `secret_first` is the joining order under the SHA-1 signature; `copies` > 1 repeats each report,
    `out_of_order` sends the final report before the one of sending, `delay_s` makes all of them late.
    """

    url: str
    secret: str = "secret"
    secret_first: bool = True
    form: bool = False
    login: str | None = None
    password: str = ""
    copies: int = 1
    out_of_order: bool = False
    delay_s: float = 0.0
    smpp_words: bool = False


@dataclass
class Account:
    """One customer of the provider; credits are counted in hundredths. The id outlives a change of the token."""

    id: str
    token: str
    login: str
    password: str
    senders: dict[str, bool]
    balance_hundredths: int = START_BALANCE * 100
    is_active: bool = True
    soap_enabled: bool = True
    hook: Hook | None = None

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.id, self.token, self.login})

    def may_use(self, sender: object) -> str:
        """The sender name if this account may sign with it; `Refused` otherwise."""
        if not sender:
            raise Refused(200)
        if not isinstance(sender, str) or not SENDER_FORM.fullmatch(sender):
            raise Refused(302)
        if sender not in self.senders:
            raise Refused(400)
        if not self.senders[sender]:
            raise Refused(401)
        return sender

    def charge(self, hundredths: int) -> None:
        if self.balance_hundredths < hundredths:
            raise Refused(203)
        self.balance_hundredths -= hundredths

    def shown(self) -> dict[str, Any]:
        return {
            "token": self.token,
            "login": self.login,
            "senders": dict(self.senders),
            "balance": self.balance_hundredths / 100,
            "is_active": self.is_active,
            "soap_enabled": self.soap_enabled,
            "webhook": None if self.hook is None else vars(self.hook).copy(),
        }


@dataclass
class Accounts:
    """The accounts that exist; the two of a fresh start are a salon's and the platform's."""

    by_token: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        salon = Account("good-token", "good-token", "salon", "secret", {"Salon": True})
        platform = Account(
            "platform-token", "platform-token", "platform", "platform-secret", {"Zapys": True, "Salon": True}
        )
        self.by_token = {account.token: account for account in (salon, platform)}

    def by_login(self, login: str) -> Account | None:
        return next((account for account in self.by_token.values() if account.login == login), None)

    def change(self, token: str, wanted: dict[str, Any]) -> Account:
        """Set fields of an account, creating it where it is new; `ValueError` names what cannot be set."""
        known = {"balance", "senders", "is_active", "soap_enabled", "login", "password", "rotate_to", "webhook"}
        if strange := set(wanted) - known:
            raise ValueError(f"cannot set {sorted(strange)}; there are: {', '.join(sorted(known))}")
        hook = wanted.get("webhook")
        try:
            parsed_hook = None if hook is None else Hook(**hook)
        except TypeError as error:
            raise ValueError(f"webhook: {error}") from error
        account = self.by_token.get(token) or Account(token, token, token, "secret", {"Salon": True})
        self.by_token[token] = account
        if "balance" in wanted:
            account.balance_hundredths = round(float(wanted["balance"]) * 100)
        if "senders" in wanted:
            senders = wanted["senders"]
            account.senders = dict(senders) if isinstance(senders, dict) else dict.fromkeys(senders, True)
        for name in ("is_active", "soap_enabled", "login", "password"):
            if name in wanted:
                setattr(account, name, wanted[name])
        if "webhook" in wanted:
            account.hook = parsed_hook
        if "rotate_to" in wanted:
            del self.by_token[token]
            account.token = str(wanted["rotate_to"])
            self.by_token[account.token] = account
        return account
