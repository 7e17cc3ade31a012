"""Cashiers with their tokens, and cash registers with their licences."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid4, uuid5

import jwt

EXISTING = 99
LIVE_TOKENS = 10
START_OFFLINE_CODES = 2000
_KEY = "a secret of the simulator, no longer than it has to be"


@dataclass
class Cashier:
    """A person at the register. At most ten tokens live at once: the oldest is dropped silently."""

    login: str
    password: str
    pin: str
    full_name: str
    has_signature: bool = True
    tokens: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"cashier/{self.login}"))

    def new_token(self, now: datetime) -> str:
        claims = {"iss": "checkbox", "sub": self.id, "jti": str(uuid4()), "iat": int(now.timestamp())}
        token = jwt.encode(claims, _KEY, algorithm="HS256")
        self.tokens = [*self.tokens, token][-LIVE_TOKENS:]
        return token

    def shown(self) -> dict[str, object]:
        return {
            "id": self.id,
            "full_name": self.full_name,
            "nin": "3000000000",
            "key_id": f"{uuid5(NAMESPACE_URL, self.login).hex}",
            "signature_type": "CLOUD_SIGNATURE_3",
            "blocked": None,
        }


@dataclass
class Hook:
    """Where events of a register are pushed."""

    url: str
    key: str
    created_at: datetime
    last_error_at: datetime | None = None
    last_error: str | None = None

    def shown(self) -> dict[str, object]:
        return {
            "url": self.url,
            "key": self.key,
            "created_at": self.created_at.isoformat(),
            "last_error_date": self.last_error_at.isoformat() if self.last_error_at else None,
            "last_error_message": self.last_error,
        }


@dataclass
class Register:
    """A cash register: what its licence key stands for."""

    licence_key: str
    number: int
    is_active: bool = True
    cash: int = 0
    next_serial: int = 1
    is_tax_office_up: bool = True
    offline_since: datetime | None = None
    offline_codes: int = START_OFFLINE_CODES
    stays_offline: bool = False
    hook: Hook | None = None

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"register/{self.licence_key}"))

    @property
    def fiscal_number(self) -> str:
        return f"TEST{400000 + self.number}"

    def serial(self) -> int:
        serial, self.next_serial = self.next_serial, self.next_serial + 1
        return serial

    def shown(self) -> dict[str, object]:
        return {
            "id": self.id,
            "fiscal_number": self.fiscal_number,
            "active": self.is_active,
            "number": str(self.number),
            "is_test": True,
            "offline_mode": self.offline_since is not None,
            "stay_offline": self.stays_offline,
        }


def everyone() -> dict[str, Cashier]:
    """`cashier`, `cashier-2` … with the password `secret` and the PINs 1111, 1112 …"""
    cashiers = (
        Cashier(_numbered("cashier", number), "secret", str(1110 + number), f"Касир Тестовий {number}")
        for number in range(1, EXISTING + 1)
    )
    return {cashier.login: cashier for cashier in cashiers}


def registers() -> dict[str, Register]:
    """`test-licence`, `test-licence-2` …"""
    every = (Register(_numbered("test-licence", number), number) for number in range(1, EXISTING + 1))
    return {register.licence_key: register for register in every}


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
