"""Everything that identity may refuse, with stable codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from kit.errors import EVERYWHERE, Kind, Problem


@dataclass(eq=False)
class CountryNotAllowed(Problem):
    """No login codes go to this country."""

    code: ClassVar[str] = "identity.country_not_allowed"
    kind: ClassVar[Kind] = Kind.REFUSED
    calling_codes: list[str]


@dataclass(eq=False)
class _After(Problem):
    """A refusal that time cures."""

    wait_s: int

    @property
    def retry_after_s(self) -> int:
        return self.wait_s


@dataclass(eq=False)
class TooManyCodes(_After):
    """The phone was sent as many codes as it may be for now; `per_day` is the largest number that a day allows."""

    code: ClassVar[str] = "identity.too_many_codes"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    per_day: int

    @property
    def headers(self) -> Mapping[str, str]:
        # Only where it is used up: how many are left would tell strangers whether the phone's owner was here today.
        told = {"Limit": self.per_day, "Remaining": 0, "Reset": self.wait_s}
        return {f"RateLimit-{name}": str(value) for name, value in told.items()}


@dataclass(eq=False)
class CodesHeldBack(_After):
    """Too many codes went out and were not entered: near this number, from this address, on this page or at all."""

    code: ClassVar[str] = "identity.codes_held_back"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    limit: str


@dataclass(eq=False)
class TooMuchFeedback(_After):
    """As many wishes or messages came from this person or address as may come for now."""

    code: ClassVar[str] = "identity.too_much_feedback"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    most: int


@dataclass(eq=False)
class CaptchaRequired(Problem):
    """Machines seem to ask for codes: the asker must show work first."""

    code: ClassVar[str] = "identity.captcha_required"
    kind: ClassVar[Kind] = Kind.REFUSED
    challenge_url: str = "/api/v1/auth/captcha"


@dataclass(eq=False)
class TooManyAttempts(_After):
    """All tries of this code are spent; even the right one is no longer accepted."""

    code: ClassVar[str] = "identity.too_many_attempts"
    kind: ClassVar[Kind] = Kind.TOO_MANY


@dataclass(eq=False)
class CodeWrong(Problem):
    """The code does not fit; some tries may be left."""

    code: ClassVar[str] = "identity.code_wrong"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    tries_left: int


@dataclass(eq=False)
class CodeExpired(Problem):
    """No code of this phone is in force."""

    code: ClassVar[str] = "identity.code_expired"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class CodeAskedElsewhere(Problem):
    """The live code was asked for in another browser, or this one keeps no cookies."""

    code: ClassVar[str] = "identity.code_asked_elsewhere"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class CodeUsed(Problem):
    """Somebody signed in with this code already."""

    code: ClassVar[str] = "identity.code_used"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class SecondFactorRequired(Problem):
    """The code from the SMS fits, but this device is new and the person has a second factor: its code comes next.

    `ticket` goes with it, to POST /api/v1/auth/sessions/second-factor.
    """

    code: ClassVar[str] = "identity.second_factor_required"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    ticket: str
    ticket_expires_at: datetime
    next_url: str = "/api/v1/auth/sessions/second-factor"

    def __str__(self) -> str:
        return self.code  # the ticket is for one reader


@dataclass(eq=False)
class SecondFactorWrong(Problem):
    """The code is not that of the person's authenticator app, nor an unused recovery code."""

    code: ClassVar[str] = "identity.second_factor_wrong"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    tries_left: int


@dataclass(eq=False)
class SecondFactorCodeUsed(Problem):
    """The code of these 30 seconds was accepted once already."""

    code: ClassVar[str] = "identity.second_factor_code_used"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    wait_s: int


@dataclass(eq=False)
class SecondFactorTries(_After):
    """Too many wrong codes of the app lately: for now even the right one is refused, a recovery code is not."""

    code: ClassVar[str] = "identity.second_factor_tries"
    kind: ClassVar[Kind] = Kind.TOO_MANY


@dataclass(eq=False)
class SecondStepExpired(Problem):
    """The sign-in that waited for the second factor is over."""

    code: ClassVar[str] = "identity.second_step_expired"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class SecondFactorExists(Problem):
    """The person has a second factor; another one takes its place only after it is removed with its code."""

    code: ClassVar[str] = "identity.second_factor_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class SecondFactorInForce(Problem):
    """A second factor in force is not given up by a press: a code of it is needed."""

    code: ClassVar[str] = "identity.second_factor_in_force"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class SecondFactorFirst(Problem):
    """Whoever demands a second factor of others has to have one in force."""

    code: ClassVar[str] = "identity.second_factor_first"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix_url: ClassVar[str | None] = "/me/second-factor"


class SessionExpired(Problem):
    """The refresh token is unknown, too old, or its session has ended."""

    code: ClassVar[str] = "identity.session_expired"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class RefreshTokenReused(Problem):
    """A refresh token came a second time: it may have been stolen, so its session ended."""

    code: ClassVar[str] = "identity.refresh_token_reused"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class PhoneTaken(Problem):
    """Somebody signs in with this phone already; two people do not become one by a change of phone."""

    code: ClassVar[str] = "identity.phone_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class ApiKeyInvalid(Problem):
    """The key is unknown, revoked or expired, or whoever kept it works there no more."""

    code: ClassVar[str] = "identity.api_key_invalid"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class VanityAddressTaken(Problem):
    """Another account has the address, had it lately, or the product needs it itself."""

    code: ClassVar[str] = "identity.vanity_address_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    vanity_address: str
    suggestions: list[str]


@dataclass(eq=False)
class MemberExists(Problem):
    """The phone belongs to a member of this account."""

    code: ClassVar[str] = "identity.member_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    member_id: str
    name: str


@dataclass(eq=False)
class MemberWasRemoved(Problem):
    """The phone belongs to a former member, who can be restored with everything that was theirs."""

    code: ClassVar[str] = "identity.member_was_removed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    member_id: str
    name: str


@dataclass(eq=False)
class GrantExceedsOwn(Problem):
    """Nobody grants rights or locations that they do not hold themselves, nor for longer than they do."""

    code: ClassVar[str] = "identity.grant_exceeds_own"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    permissions: list[str]
    location_ids: list[str]
    holders: list[str]

    def wish(self) -> Mapping[str, Any]:
        everywhere = EVERYWHERE in self.location_ids
        places = {"all_locations": True} if everywhere else {"location_ids": self.location_ids}
        return {"permissions": self.permissions, **places}


@dataclass(eq=False)
class OwnerOnly(Problem):
    """Only an owner appoints, changes or removes an owner."""

    code: ClassVar[str] = "identity.owner_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    holders: list[str]

    def wish(self) -> Mapping[str, Any]:
        return {}


@dataclass(eq=False)
class LastOwner(Problem):
    """The account would be left without an owner."""

    code: ClassVar[str] = "identity.last_owner"
    kind: ClassVar[Kind] = Kind.CONFLICT
    name: str


@dataclass(eq=False)
class LoginInUse(Problem):
    """Somebody who works in an account cannot have the own login forgotten."""

    code: ClassVar[str] = "identity.login_in_use"
    kind: ClassVar[Kind] = Kind.CONFLICT
    names: str


@dataclass(eq=False)
class MemberErased(Problem):
    """A former member has had the own login forgotten: there is nobody to bring back."""

    code: ClassVar[str] = "identity.member_erased"
    kind: ClassVar[Kind] = Kind.CONFLICT
    name: str


@dataclass(eq=False)
class VisitOver(Problem):
    """The membership was a visit of the platform's support: it begins anew from their side, with a reason."""

    code: ClassVar[str] = "identity.visit_over"
    kind: ClassVar[Kind] = Kind.CONFLICT
    name: str


@dataclass(eq=False)
class OwnerHoldsEverything(Problem):
    """An owner has every right in every location; to have less, the role must change."""

    code: ClassVar[str] = "identity.owner_holds_everything"
    kind: ClassVar[Kind] = Kind.REFUSED


@dataclass(eq=False)
class MemberHasVisits(Problem):
    """Clients are awaited at this person; the departure waits for a choice about them."""

    code: ClassVar[str] = "identity.member_has_visits"
    kind: ClassVar[Kind] = Kind.CONFLICT
    name: str
    count: int
    bookings: list[dict[str, Any]]
    choices: list[str]


@dataclass(eq=False)
class DangerUnconfirmed(Problem):
    """Dangerous rights would be given, and the giver has not yet seen what can go wrong."""

    code: ClassVar[str] = "identity.danger_unconfirmed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    dangers: list[dict[str, str]]


@dataclass(eq=False)
class NobodyElse(Problem):
    """No second person holds the right, so nobody could approve."""

    code: ClassVar[str] = "identity.nobody_else"
    kind: ClassVar[Kind] = Kind.CONFLICT
    permission: str


@dataclass(eq=False)
class OwnRequest(Problem):
    """Nobody decides about what they asked for themselves."""

    code: ClassVar[str] = "identity.own_request"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    holders: list[str]


@dataclass(eq=False)
class RequestDecided(Problem):
    """The request was decided or has run out."""

    code: ClassVar[str] = "identity.request_decided"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


@dataclass(eq=False)
class PlatformOnly(Problem):
    """This door is for those who work for the platform."""

    code: ClassVar[str] = "identity.platform_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN


@dataclass(eq=False)
class DemoOnlyShows(Problem):
    """The demo is shared by everybody who looks at it: what would leave it is off."""

    code: ClassVar[str] = "identity.demo_only_shows"
    kind: ClassVar[Kind] = Kind.REFUSED


@dataclass(eq=False)
class DemoNotReady(Problem):
    """The demo account of today is not there yet."""

    code: ClassVar[str] = "identity.demo_not_ready"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    @property
    def retry_after_s(self) -> int:
        return 5
