"""Bodies of the booking service: a client's link, the puzzle against machines, and the account's own domain."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from .base import Answer, Body, Shape
from .booking import OneBookingAnswer, OwnReview, PrepaymentDue
from .catalogue import Comment, Moment

LinkKey = Annotated[str, Field(min_length=1, max_length=64)]


class LinkBody(Body):
    """The key that the link in a message holds."""

    key: LinkKey


class LinkCancelBody(LinkBody):
    reason: Comment | None = None


class LinkRescheduleBody(LinkBody):
    starts_at: Moment
    staff_member_id: UUID | None = None


class ConfirmDeadline(Answer):
    """Until when the account wants the visit confirmed."""

    until: datetime
    releases: bool = Field(description="Whether the time is freed otherwise.")


class LinkedBookingAnswer(OneBookingAnswer):
    """The visit behind a link, for whoever has its key: as it is now, or after an act."""

    version: int
    service_ids: list[UUID]
    staff_member_ids: list[UUID]
    may_confirm: bool
    confirm: ConfirmDeadline | None = Field(
        default=None, description="None where it need not be confirmed by a certain moment, or that moment is over."
    )
    cancel_cause: Literal["unconfirmed"] | None = Field(
        default=None, description="The account's rule that ended the visit by itself."
    )
    may_cancel: bool
    may_reschedule: bool
    may_review: bool = False
    review: OwnReview | None = None
    prepayment: PrepaymentDue | None = None


class Challenge(Answer):
    """A puzzle in the form of ALTCHA: find the `number` for which SHA-256 of `salt` and number is `challenge`.

    The answer goes into `captcha`: base64 of the JSON `{algorithm, challenge, number, salt, signature}`.
    """

    algorithm: Literal["SHA-256"] = "SHA-256"
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class DomainBody(Body):
    """The host on which the booking page shall answer."""

    host: Annotated[
        str,
        Field(min_length=4, max_length=253),
        Shape(r"(?i:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9]))", "host"),
    ]


class DnsRecord(Answer):
    """What has to be entered at whoever sold the domain."""

    type: Literal["TXT", "CNAME"]
    name: str
    value: str


class DomainAnswer(Answer):
    """A domain and how far its proof is; `found` is what DNS said at the last look."""

    host: str
    state: Literal["pending", "verified", "failed"]
    records: list[DnsRecord]
    expected: str
    found: list[str]
    trouble: str | None = Field(description="Why nothing could be found, in words.")
    checked_at: datetime | None
    verified_at: datetime | None


Origin = Annotated[
    str,
    Field(max_length=253 + 16),
    Shape(r"https?://(?i:[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:[0-9]{1,5})?", "origin"),
]


class SitePageBody(Body):
    """What the owner makes of the booking page; what is not named stays."""

    about_html: Annotated[str, Field(max_length=20_000)] | None = None
    css: Annotated[str, Field(max_length=20_000)] | None = None
    embed_origins: Annotated[tuple[Origin, ...], Field(max_length=20)] | None = None


class SitePageAnswer(Answer):
    """As it is shown: whatever could act or load was taken out; `removed` says whether something was."""

    version: int
    about_html: str
    css: str
    embed_origins: list[str]
    removed: bool = Field(description="Whether this save took something out.")


class HostAnswer(Answer):
    """Whose booking page answers on a host."""

    host: str
    vanity_address: str
