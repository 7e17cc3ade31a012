"""Bodies of the booking service: cards of clients and their visits."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from contracts.base import Language, Money

from .base import Answer, Body
from .booking import BookingAnswer
from .catalogue import Comment, Email, Name, Phone

FieldKind = Literal["text", "number", "date", "yes_no", "choice"]
Custom = Annotated[
    dict[UUID, Annotated[str, Field(max_length=2000)] | StrictInt | StrictFloat | StrictBool | None],
    Field(max_length=50, description="The account's own fields by their id; null takes a value away."),
]
Socials = Annotated[dict[Name, Name], Field(max_length=10)]


class ClientCardBody(Body):
    name: Name
    surname: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    socials: Socials = Field(default={})
    language: Language | None = None
    note: Comment | None = None
    custom: Custom = Field(default={})


class ClientCardPatch(Body):
    name: Name | None = None
    surname: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    socials: Socials | None = None
    language: Language | None = None
    note: Comment | None = None
    notifications_on: StrictBool | None = None
    custom: Custom | None = None


class ClientCard(Answer):
    id: UUID
    version: int
    name: str
    surname: str | None
    phone: str | None
    phone_confirmed: bool
    email: str | None
    socials: dict[str, str]
    language: Language
    note: str | None
    notifications_on: bool
    custom: dict[UUID, Any] = Field(default={}, description="Values of the account's own fields by their id.")
    other_phones: list[str] = Field(default=[], description="Of doubles that were merged into this card.")
    merged_into: UUID | None = Field(default=None, description="The card that took this double over.")
    erased_at: datetime | None = None
    masked: list[str] = Field(default=[], description="Fields that the reader has no right to see in full.")
    created_at: datetime


class ClientList(Answer):
    items: list[ClientCard]
    next_cursor: str | None = None


class ClientHistory(Answer):
    """All visits of one client, newest first, with sums over the completed ones."""

    visits: int
    no_shows: int
    spent: Money
    items: list[BookingAnswer]
    next_cursor: str | None = None


# The account's own fields


class ClientFieldBody(Body):
    """`choices` belong to the kind "choice"; a contact is hidden from whoever may not see phones."""

    name: Name
    kind: FieldKind = "text"
    choices: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    is_contact: StrictBool = False


class ClientFieldPatch(Body):
    name: Name | None = None
    choices: Annotated[tuple[Name, ...], Field(max_length=50)] | None = None
    is_contact: StrictBool | None = None


class ClientFieldAnswer(Answer):
    id: UUID
    name: str
    kind: FieldKind
    choices: list[str]
    is_contact: bool


class ClientFieldList(Answer):
    items: list[ClientFieldAnswer]
    next_cursor: None = None


# Doubles


class MergeBody(Body):
    """The card `double_id` goes up into the one of the address."""

    double_id: UUID


class MergeAnswer(Answer):
    """One merge; `undone_at` none: it holds."""

    id: UUID
    kept_id: UUID
    double_id: UUID
    bookings: int
    merged_by_name: str | None
    merged_at: datetime
    undone_at: datetime | None


class MergeList(Answer):
    items: list[MergeAnswer]
    next_cursor: None = None


class Doubles(Answer):
    """Cards that may be one person; `why` says what is the same."""

    why: Literal["name", "email", "phone"]
    cards: list[ClientCard]


class DoublesList(Answer):
    items: list[Doubles]
    next_cursor: None = None


# Files of cards

ImportColumn = Literal["name", "surname", "phone", "email", "note", "language"]


class ImportBody(Body):
    """A CSV or XLSX file, its first line the headings. `columns` says which heading is which field; none: guessed."""

    file_name: Name
    content_base64: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    columns: dict[ImportColumn, Name] | None = None


class ImportFault(Answer):
    """What is wrong with one cell."""

    column: str
    code: str
    text: str


class ImportRow(Answer):
    """One line of the file and what will become of it.

    `create` a new card, `fill` what an existing card leaves empty, `same` nothing to do, `error` nothing until cured.
    """

    line: int
    action: Literal["create", "fill", "same", "error"]
    client_id: UUID | None = None
    values: dict[str, str]
    errors: list[ImportFault] = Field(default=[])


class ImportAnswer(Answer):
    """A file that was read; nothing is written until it is applied. At most 500 lines are shown, errors first."""

    id: UUID
    file_name: str
    columns: dict[str, str]
    lines: int
    create: int
    fill: int
    same: int
    errors: int
    rows: list[ImportRow]
    applied_at: datetime | None
    result: dict[str, int] | None = Field(description="After it was applied: created, filled, left.")


# Privacy


class ClientExport(Answer):
    """Everything that is kept of one person here."""

    card: ClientCard
    merged_cards: list[dict[str, Any]]
    bookings: list[BookingAnswer]
    reviews: list[dict[str, Any]]
    acts: list[dict[str, Any]]
    exported_at: datetime


class OwnExport(ClientExport):
    """Everything that one firm keeps of the caller."""

    account_id: UUID
    account_name: str


class OwnExports(Answer):
    """Everything that all firms keep of the caller as a client."""

    items: list[OwnExport]
    exported_at: datetime


class EraseBody(Body):
    """The word is typed again, since nothing brings the data back."""

    confirm: Literal["erase"]


class EraseAnswer(Answer):
    client_id: UUID
    erased_at: datetime
    bookings: int = Field(description="Visits that stay as figures, without a name.")


class OwnEraseBody(EraseBody):
    """As `EraseBody`, for the caller's own cards."""

    account_id: UUID | None = Field(default=None, description="None: at every firm.")


class OwnErasure(Answer):
    """The firm that has forgotten the caller."""

    account_id: UUID
    account_name: str
    bookings: int = Field(description="Visits that stay as figures, without a name.")


class OwnErasures(Answer):
    """Where the caller was forgotten."""

    items: list[OwnErasure]
    erased_at: datetime


class RetentionBody(Body):
    """How long cards are kept."""

    months: Annotated[StrictInt, Field(ge=6, le=240)] | None = Field(
        description="After the last visit; none: until somebody erases them."
    )
    confirm: Literal["erase"] | None = Field(
        default=None, description="Wanted where cards are to be kept for less time than before: that erases for good."
    )


class RetentionAnswer(Answer):
    version: int
    months: int | None
    due: int = Field(description="Cards whose time is over and that are erased within the hour, 1000 at most.")
