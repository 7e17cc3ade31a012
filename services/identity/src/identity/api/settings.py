"""Settings with their effects: simple at first, all of them on request."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.http.access import SettingAnswer, SettingsAnswer
from contracts.permissions import Permission
from identity.account_settings import RULES, SETTINGS, Setting
from identity.tables import Account
from kit.edge import DbDep, MemberDep

from .words import Words, WordsDep

router = APIRouter(prefix="/api/v1/accounts/{account_id}/settings", tags=["Accounts"])


@router.get("", operation_id="list_settings")
async def get_settings(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    expert: Annotated[bool, Query(description="Those too that few people need.")] = False,
) -> SettingsAnswer:
    """Each setting with its name, its effect, its default and its value; every change is in the journal."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(Account, account_id)
    shown = [setting for setting in SETTINGS if expert or not setting.expert]
    return SettingsAnswer(
        expert=expert,
        items=tuple(_answer(setting, account, words) for setting in shown),
        hidden=len(SETTINGS) - len(shown),
    )


def _answer(setting: Setting, account: Account, words: Words) -> SettingAnswer:
    least, greatest = setting.bounds
    return SettingAnswer(
        key=setting.key,
        section=setting.section,
        expert=setting.expert,
        name=words.get(f"setting.{setting.key}"),
        effect=words.get(f"setting.{setting.key}.effect"),
        kind=setting.kind,
        minimum=least,
        maximum=greatest,
        unit=setting.unit,
        default=setting.initial,
        value=_value(setting, account),
        change=setting.change.replace("{account}", str(account.id)),
    )


def _value(setting: Setting, account: Account) -> Any:
    if setting.key.startswith(RULES):
        return getattr(account.rules, setting.key.removeprefix(RULES))
    return getattr(account, setting.key, None)  # what lies elsewhere has no value here
