"""A second factor beside the phone: codes of an authenticator app, and recovery codes for when it is lost."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool

from contracts.http.base import Answer, Body, Line

from .persons import Phone

SecondFactorState = Literal["none", "begun", "waiting", "in_force"]

_CODE = "Six digits of the authenticator app, or a recovery code; spaces and hyphens are ignored."


class SecondFactorAnswer(Answer):
    """GET /api/v1/me/second-factor."""

    state: SecondFactorState = Field(
        description="`begun`: the app has shown no code yet. `waiting`: set up on a new device, asked for later."
    )
    effective_at: AwareDatetime | None = Field(default=None, description="From when on a code of it is asked for.")
    recovery_codes_left: int = 0
    reset_at: AwareDatetime | None = Field(
        default=None, description="When the platform takes it off because it was said to be lost; you may say no."
    )
    advised: bool = Field(description="Whether the person holds dangerous rights somewhere and had better have one.")


class NewSecondFactor(Answer):
    """POST /api/v1/me/second-factor → 201; shown once."""

    secret: str = Field(description="Base32, to be typed into the app.")
    address: str = Field(description="otpauth address; as a QR picture the app reads it.")


class SecondFactorCodeBody(Body):
    """A code of the factor."""

    code: str = Field(max_length=40, description=_CODE)


class RecoveryCodes(Answer):
    """Codes that stand in for the app, once each; shown once."""

    recovery_codes: tuple[str, ...]


class SecondFactorSetUp(RecoveryCodes):
    """POST /api/v1/me/second-factor/confirm."""

    effective_at: AwareDatetime = Field(
        description="From when on it is asked for: now, or a day later where somebody new to this person's devices set "
        "it up; until then every signed-in device may give it up."
    )
    device_token: str = Field(description="Takes the place of the one from signing in; a browser has a cookie.")


class SecondStepBody(Body):
    """POST /api/v1/auth/sessions/second-factor, after `identity.second_factor_required`."""

    ticket: str = Field(max_length=64, description="From that refusal.")
    code: str = Field(max_length=40, description=_CODE)
    device: str = Field(default="", max_length=100, description="How the person will recognise this device.")


class SecondFactorResetBody(Body):
    """POST /api/v1/platform/second-factor-resets."""

    phone: Phone
    reason: Line = Field(description="How it is known that the owner asks; stands in the journals of their accounts.")


class SecondFactorResetAnswer(Answer):
    """The factor is taken off at this moment, unless its owner says no."""

    reset_at: AwareDatetime


class SecondFactorDemandBody(Body):
    """PUT /api/v1/accounts/{account}/settings/second-factor."""

    demanded: StrictBool


class MemberWithoutFactor(Answer):
    """Somebody who could not do dangerous acts while the account demands a second factor."""

    member_id: UUID
    name: str
    role: str
    dangerous_permissions: tuple[str, ...] = Field(description="Rights they hold that are dangerous or lead to such.")
    state: SecondFactorState = Field(description="`waiting`: set up, and in force within a day.")


class SecondFactorDemand(Answer):
    """Whether dangerous acts need an authenticator app, and whom that concerns who has none."""

    demanded: bool
    demanded_by_name: str | None = None
    demanded_at: AwareDatetime | None = None
    lacking: tuple[MemberWithoutFactor, ...] = Field(description="Members with such rights who have none in force.")
    concerned: int = Field(description="How many members hold such rights.")
    dry_run: bool = False
