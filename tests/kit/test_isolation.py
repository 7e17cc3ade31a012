"""Row level security: what a forgotten filter would leak, the database refuses."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from kit.db import narrow_to_account
from kit.ids import new_id
from kit.testing import Bench
from tests.kit.toy.app import a_client_changed


async def test_a_transaction_sees_only_the_rows_of_its_account(toy: Bench) -> None:
    mine, theirs = new_id(), new_id()
    await toy.deliver(a_client_changed(mine))
    await toy.deliver(a_client_changed(theirs))
    db = toy.service.db
    async with db.tx(mine) as tx:
        assert set(await tx.scalars(text("SELECT DISTINCT account_id FROM effect"))) == {mine}
    async with db.tx() as tx:
        assert (await tx.scalar(text("SELECT count(*) FROM effect"))) == 0
    async with db.system_tx() as tx:
        assert {mine, theirs} <= set(await tx.scalars(text("SELECT account_id FROM effect")))
    # Nothing of the account or of the role is left on the pooled connections.
    for _ in range(10):
        async with db.tx() as tx:
            assert (await tx.scalar(text("SELECT count(*) FROM effect"))) == 0


async def test_a_transaction_that_spanned_accounts_and_was_narrowed_to_one_sees_that_one_alone(toy: Bench) -> None:
    mine, theirs = new_id(), new_id()
    await toy.deliver(a_client_changed(mine))
    await toy.deliver(a_client_changed(theirs))
    async with toy.service.db.system_tx() as tx:
        assert {mine, theirs} <= set(await tx.scalars(text("SELECT account_id FROM effect")))
        await narrow_to_account(tx, mine)
        assert set(await tx.scalars(text("SELECT DISTINCT account_id FROM effect"))) == {mine}
        with pytest.raises(ProgrammingError, match="permission denied"):
            await tx.execute(text("SELECT count(*) FROM outbox"))


async def test_a_row_for_another_account_cannot_be_written(toy: Bench) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with toy.service.db.tx(new_id()) as tx:
            await tx.execute(text("INSERT INTO effect VALUES (:a, :s)"), {"a": new_id(), "s": new_id()})


async def test_the_serving_role_can_say_but_not_read_what_was_said(toy: Bench) -> None:
    account = new_id()
    async with toy.service.db.tx(account) as tx:
        tx.emit(a_client_changed(account))
    for statement in ("SELECT count(*) FROM outbox", "UPDATE outbox SET published_at = now()", "DELETE FROM outbox"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with toy.service.db.tx(account) as tx:
                await tx.execute(text(statement))


async def test_answers_kept_for_repeats_are_seen_in_their_own_scope_only(toy: Bench) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    headers = {**owner.headers, "Idempotency-Key": "the-key"}
    made = await toy.http.post(f"/api/v1/accounts/{account}/things", json={"name": "a"}, headers=headers)
    assert made.status_code == 201
    async with toy.service.db.tx(account) as tx:
        assert (await tx.scalar(text("SELECT count(*) FROM idempotency"))) == 0
        await tx.execute(text("SELECT set_config('app.idempotency_scope', 'somebody POST /elsewhere', true)"))
        assert (await tx.scalar(text("SELECT count(*) FROM idempotency"))) == 0
    async with toy.service.db.system_tx() as tx:
        kept = await tx.scalar(text("SELECT count(*) FROM idempotency WHERE key = 'the-key'"))
        assert kept == 1
