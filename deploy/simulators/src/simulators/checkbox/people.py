"""Organisations: cashiers with their tokens, and cash registers with their licences, of one organisation each."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid4, uuid5

import jwt

FIRST = "organisation"
EXISTING = 99
OTHERS = ("second", "third")
"""Organisations with a few people and registers, named after them; a PIN is a cashier's within one of them."""
EXISTING_IN_OTHERS = 3
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
    organisation: str = FIRST
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
    organisation: str = FIRST
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
    """`cashier`, `cashier-2` …, `second-cashier` …: with the password `secret` and the PINs 1111, 1112 …"""
    cashiers = (
        Cashier(
            _numbered(_named("cashier", organisation), number),
            "secret",
            str(1110 + number),
            f"Касир Тестовий {number}",
            organisation,
        )
        for organisation, number in _all()
    )
    return {cashier.login: cashier for cashier in cashiers}


def registers() -> dict[str, Register]:
    """`test-licence`, `test-licence-2` …, `second-licence` …"""
    every = (
        Register(_numbered(_named("licence", organisation), number), counted, organisation)
        for counted, (organisation, number) in enumerate(_all(), 1)
    )
    return {register.licence_key: register for register in every}


def _all() -> list[tuple[str, int]]:
    first = [(FIRST, number) for number in range(1, EXISTING + 1)]
    return first + [(other, number) for other in OTHERS for number in range(1, EXISTING_IN_OTHERS + 1)]


def _named(what: str, organisation: str) -> str:
    if organisation != FIRST:
        return f"{organisation}-{what}"
    return f"test-{what}" if what == "licence" else what


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
