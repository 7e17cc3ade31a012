"""Files of cards: read, shown line by line, applied when somebody says so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from booking import words
from booking.records import ClientImport
from booking.usecases.clients.import_cards import apply_import, import_of, preview_import, read_file
from contracts.http.clients import ImportAnswer, ImportBody, ImportFault, ImportRow
from contracts.permissions import Permission
from kit import context
from kit.access import Member
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .edge import AccountDep, NowDep

router = APIRouter(prefix="/api/v1/accounts/{account_id}/client-imports", tags=["clients"])

SHOWN = 500


@router.post("", operation_id="preview_client_import", status_code=201, response_model=ImportAnswer)
async def post_import(
    body: ImportBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Read a file and say what would become of each line; no card is touched."""
    _require(member)
    table = await read_file(body)
    async with db.tx(account.account_id) as tx:

        async def effect() -> ImportAnswer:
            kept = await preview_import(tx, account, table, body.file_name, member.caller.user_id, now)
            return _answer(kept)

        return await once.run(tx, effect)


@router.get("/{import_id}", operation_id="get_client_import")
async def get_import(import_id: UUID, member: MemberDep, db: DbDep) -> ImportAnswer:
    """The preview again, or what came of it."""
    _require(member)
    async with db.tx(member.account_id) as tx:
        return _answer(await import_of(tx, member.account_id, import_id))


@router.post("/{import_id}/apply", operation_id="apply_client_import", response_model=ImportAnswer)
async def post_apply(
    import_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Write the lines without an error to the cards, all in one step."""
    _require(member)
    async with db.tx(account.account_id) as tx:

        async def effect() -> ImportAnswer:
            return _answer(await apply_import(tx, account, import_id, now))

        return await once.run(tx, effect, status=200)


def _require(member: Member) -> None:
    """A file holds what a card hides, so it takes the rights to see all of it."""
    member.require(Permission.CLIENT_EDIT)
    member.require(Permission.CLIENT_VIEW_SURNAME)
    member.require(Permission.CLIENT_VIEW_PHONE)


def _answer(kept: ClientImport) -> ImportAnswer:
    counts = {
        action: sum(row["action"] == action for row in kept.rows) for action in ("create", "fill", "same", "error")
    }
    shown = sorted(kept.rows, key=lambda row: (row["action"] != "error", row["line"]))[:SHOWN]
    return ImportAnswer(
        id=kept.id,
        file_name=kept.file_name,
        columns=kept.columns,
        lines=len(kept.rows),
        create=counts["create"],
        fill=counts["fill"],
        same=counts["same"],
        errors=counts["error"],
        rows=[_row(row) for row in shown],
        applied_at=kept.applied_at,
        result=kept.result,
    )


def _row(row: dict[str, Any]) -> ImportRow:
    language = context.current().language
    return ImportRow(
        line=row["line"],
        action=row["action"],
        client_id=row["client_id"],
        values={**row["given"], **row["values"]},
        errors=[
            ImportFault(
                column=one["column"], code=one["code"], text=words.TEXTS.get(language, f"field.{one['code']}", one)
            )
            for one in row["errors"]
        ],
    )
