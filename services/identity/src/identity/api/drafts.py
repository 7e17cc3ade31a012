"""A registration that is left and continued elsewhere."""

from fastapi import APIRouter

from contracts.http.access import DraftAnswer, DraftStepBody, Step
from identity.tables import RegistrationDraft
from identity.usecases.keep_draft import STEPS, keep_draft_step
from kit.edge import CallerDep, DbDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/me/registration-draft", tags=["The caller"])


@router.get("", operation_id="read_registration_draft")
async def get_draft(caller: CallerDep, db: DbDep) -> DraftAnswer:
    """The steps filled in so far, on whatever device."""
    async with db.system_tx() as tx:
        return _answer(await tx.get(RegistrationDraft, caller.user_id))


@router.put("/steps/{step}", operation_id="keep_registration_step")
async def put_step(step: Step, body: DraftStepBody, caller: CallerDep, db: DbDep) -> DraftAnswer:
    """Keep one step as its form stands, complete or not."""
    async with db.system_tx() as tx:
        return _answer(await keep_draft_step(caller.user_id, step, body.values, tx, now_utc()))


@router.delete("", status_code=204, operation_id="drop_registration_draft")
async def delete_draft(caller: CallerDep, db: DbDep) -> None:
    """Forget it: the registration is finished or given up."""
    async with db.system_tx() as tx:
        draft = await tx.get(RegistrationDraft, caller.user_id)
        if draft is not None:
            await tx.delete(draft)


def _answer(draft: RegistrationDraft | None) -> DraftAnswer:
    steps = draft.steps if draft else {}
    return DraftAnswer(
        version=draft.version if draft else 0,
        steps=steps,
        next_step=next((step for step in STEPS if step not in steps), None),
        changed_at=draft.changed_at if draft else None,
    )
