"""Texts of messages: the standard ones, the account's own, and a look at how a text comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from contracts import Money
from contracts.http.notifications import (
    Measured,
    Template,
    TemplateDraft,
    TemplatePreview,
    TemplatePreviewRequest,
    TemplateRejection,
    Templates,
)
from contracts.permissions import Permission
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.texts import LANGUAGES, Texts
from notifications import queries
from notifications.composing import invented, real_values, worst_case
from notifications.domain.facts import CLIENT_KINDS, OF_BOOKING
from notifications.domain.segments import measure
from notifications.settings import Settings
from notifications.tables import AccountCopy, TemplateRow
from notifications.usecases.write_template import (
    Place,
    Reviewer,
    approve_template,
    reject_template,
    remove_template,
    write_template,
)
from notifications.wording import VARIABLES, OwnText, fill, judge_template, template_key

from .parts import PREFIX, ClockDep, ExpectedVersionDep, SettingsDep

router = APIRouter(tags=["notifications"])

PATH = f"{PREFIX}/templates"
ONE = f"{PATH}/{{kind}}/{{language}}"
_KINDS = {"client": CLIENT_KINDS, "staff": OF_BOOKING}


async def _place(
    kind: str,
    language: str,
    member: MemberDep,
    recipient_type: Annotated[Literal["client", "staff"], Query(description="Whose text of this kind.")] = "client",
) -> Place:
    if kind not in _KINDS[recipient_type] or language not in LANGUAGES:
        raise NotFound("template")
    return Place(member.account_id, recipient_type, kind, language)


PlaceDep = Annotated[Place, Depends(_place)]


@router.get(PATH, operation_id="list_templates", response_model=Templates)
async def list_all(member: MemberDep, db: DbDep, request: Request, settings: SettingsDep) -> Templates:
    """Every kind in every language."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        composer = await _composer(tx, member, request, settings)
        own = {
            (row.recipient_type, row.kind, row.language): row for row in await queries.templates(tx, member.account_id)
        }
    items = [
        composer.template(
            Place(member.account_id, recipient_type, kind, language), own.get((recipient_type, kind, language))
        )
        for recipient_type, kinds in _KINDS.items()
        for kind in kinds
        for language in LANGUAGES
    ]
    return Templates(items=items)


@router.get(ONE, operation_id="get_template", response_model=Template)
async def read(
    place: PlaceDep, member: MemberDep, db: DbDep, request: Request, settings: SettingsDep, response: Response
) -> Template:
    """The text of one kind to clients, or with `recipient_type=staff` to staff."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        row = await tx.get(TemplateRow, place.key)
        return await _shown(tx, place, row, member, request, settings, response)


@router.put(ONE, operation_id="put_template", response_model=Template)
async def write(
    place: PlaceDep,
    body: TemplateDraft,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    request: Request,
    settings: SettingsDep,
    response: Response,
    expected_version: ExpectedVersionDep,
) -> Template:
    """Write a text of the account's own. The one in use stays until somebody else has approved the new one."""
    member.require(Permission.SETTINGS_NOTIFICATIONS)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        row = await write_template(tx, place, body, member.caller.user_id, member.name, expected_version, now)
        return await _shown(tx, place, row, member, request, settings, response)


@router.post(f"{ONE}/approve", operation_id="approve_template", response_model=Template)
async def approve(
    place: PlaceDep,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    request: Request,
    settings: SettingsDep,
    response: Response,
    expected_version: ExpectedVersionDep,
) -> Template:
    """Put the waiting text in place; not for its author."""
    member.require(Permission.SETTINGS_NOTIFICATIONS)
    async with db.tx(member.account_id) as tx:
        row = await approve_template(tx, place, _reviewer(member), expected_version, await clock.now(tx))
        return await _shown(tx, place, row, member, request, settings, response)


@router.post(f"{ONE}/reject", operation_id="reject_template", response_model=Template)
async def reject(
    place: PlaceDep,
    body: TemplateRejection,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    request: Request,
    settings: SettingsDep,
    response: Response,
    expected_version: ExpectedVersionDep,
) -> Template:
    """Refuse the waiting text with a comment; the one in use stays. Not for its author."""
    member.require(Permission.SETTINGS_NOTIFICATIONS)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        row = await reject_template(tx, place, _reviewer(member), body.comment, expected_version, now)
        return await _shown(tx, place, row, member, request, settings, response)


@router.delete(ONE, operation_id="delete_template", status_code=204)
async def remove(place: PlaceDep, member: MemberDep, db: DbDep, clock: ClockDep) -> None:
    """Back to the standard text."""
    member.require(Permission.SETTINGS_NOTIFICATIONS)
    async with db.tx(member.account_id) as tx:
        await remove_template(tx, place, await clock.now(tx))


@router.post(f"{PATH}/preview", operation_id="preview_template", response_model=TemplatePreview)
async def preview(
    body: TemplatePreviewRequest, member: MemberDep, db: DbDep, request: Request, settings: SettingsDep
) -> TemplatePreview:
    """A text filled in with an example and with this account's longest values, its parts and what they cost."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        composer = await _composer(tx, member, request, settings)
        row = await tx.get(TemplateRow, (member.account_id, body.recipient_type, body.kind, body.language))
        place = Place(member.account_id, body.recipient_type, body.kind, body.language)
        text = body.text or composer.used(place, row).text
        judge_template(text)
        example = composer.example(body.language)
        real = await composer.real(tx, place)
    template = OwnText(text, body.transliterate)
    return TemplatePreview(
        **composer.measured(fill(template, example).text).model_dump(),
        longest=composer.measured(worst_case(template, real).text),
        longest_transliterated=composer.measured(worst_case(OwnText(text, transliterated=True), real).text),
    )


def _reviewer(member: Member) -> Reviewer:
    return Reviewer(member.caller.user_id, member.name, member.role)


@dataclass(frozen=True)
class _Composer:
    """Shows texts of one account."""

    texts: Texts
    account_name: str | None
    currency: str
    public_url: str
    part_price_minor: int

    def example(self, language: str) -> Mapping[str, str]:
        return invented(self.texts, language, self.account_name, self.public_url)

    async def real(self, tx: Tx, place: Place) -> dict[str, list[str]]:
        example, for_client = self.example(place.language), place.recipient_type == "client"
        return await real_values(
            tx, place.account_id, example, self.account_name, self.public_url, for_client=for_client
        )

    def used(self, place: Place, row: TemplateRow | None) -> OwnText:
        if row is not None and row.used_text is not None:
            return OwnText(row.used_text, row.used_transliterated)
        return OwnText(self.texts.get(place.language, template_key(place.recipient_type, place.kind)))

    def measured(self, text: str) -> Measured:
        found = measure(text)
        return Measured(
            text=text,
            alphabet="gsm" if found.alphabet == "gsm" else "ucs2",
            units=found.units,
            parts=found.parts,
            left_in_part=found.left,
            price=Money(amount=found.parts * self.part_price_minor, currency=self.currency),
        )

    def template(self, place: Place, row: TemplateRow | None, longest: Measured | None = None) -> Template:
        used = self.used(place, row)
        written = OwnText(row.text, row.transliterated) if row else used
        words = fill(written, self.example(place.language))
        shown: dict[str, Any] = {
            "kind": place.kind,
            "recipient_type": place.recipient_type,
            "language": place.language,
            "text": written.text,
            "used_text": used.text,
            "transliterate": written.transliterated,
            "variables": list(VARIABLES),
            "example": words.text,
            "example_parts": words.parts,
            "longest": longest,
        }
        if row is not None:
            names = ("state", "comment", "author_name", "written_at", "decided_by_name", "decided_at", "version")
            shown |= {name: getattr(row, name) for name in names}
        return Template.model_validate(shown)


async def _composer(tx: Tx, member: Member, request: Request, settings: Settings) -> _Composer:
    account = await tx.get(AccountCopy, member.account_id)
    name, currency = (account.name, account.currency) if account else (None, "UAH")
    state = request.app.state
    return _Composer(state.texts, name, currency, state.base_url, settings.part_price_minor)


async def _shown(
    tx: Tx,
    place: Place,
    row: TemplateRow | None,
    member: Member,
    request: Request,
    settings: Settings,
    response: Response,
) -> Template:
    composer = await _composer(tx, member, request, settings)
    response.headers["ETag"] = f'"{row.version if row else 0}"'
    written = OwnText(row.text, row.transliterated) if row else composer.used(place, None)
    longest = worst_case(written, await composer.real(tx, place))
    return composer.template(place, row, composer.measured(longest.text))
