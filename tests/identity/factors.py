"""Second factors of test people: an app that shows codes, and half minutes that pass when the test says so."""

import time
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import update

from identity.second_factor_tables import SecondFactor
from kit.testing import Bench

from .conftest import Somebody

PATH = "/api/v1/me/second-factor"


@dataclass
class App:
    """Somebody's authenticator app, and the recovery codes they wrote down."""

    bench: Bench
    owner: Somebody
    secret: str
    recovery_codes: list[str]
    device_token: str

    async def code(self) -> str:
        """A code that was not used yet: the half minutes of those before are over."""
        async with self.bench.service.db.system_tx() as tx:
            of_owner = update(SecondFactor).where(SecondFactor.user_id == self.owner.user_id)
            await tx.execute(of_owner.values(last_step=SecondFactor.last_step - 10))
        return pyotp.TOTP(self.secret).now()

    def wrong_code(self) -> str:
        """One that the app shows neither now nor soon."""
        return wrong_code(self.secret)


def wrong_code(secret: str) -> str:
    totp = pyotp.TOTP(secret)
    present = int(time.time()) // totp.interval
    shown = {totp.generate_otp(present + shift) for shift in range(-3, 20)}
    return next(code for code in (f"{number:06d}" for number in range(100)) if code not in shown)


async def begin(bench: Bench, somebody: Somebody) -> dict[str, Any]:
    answer = await bench.http.post(PATH, headers=somebody.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def set_up(bench: Bench, somebody: Somebody) -> App:
    """The person has a second factor from now on."""
    secret = (await begin(bench, somebody))["secret"]
    code = pyotp.TOTP(secret).now()
    answer = await bench.http.post(f"{PATH}/confirm", json={"code": code}, headers=somebody.headers)
    assert answer.status_code == 200, answer.text
    bench.http.cookies.clear()
    body = answer.json()
    return App(bench, somebody, secret, body["recovery_codes"], body["device_token"])
