"""Whoever has a lock sees the row as it is, not as it was when they looked at it before."""

from sqlalchemy import select, update

from kit.db import Tx
from kit.ids import new_id
from kit.tables import DeadLetter
from kit.testing import Bench


async def a_letter(toy: Bench) -> DeadLetter:
    letter = DeadLetter(
        id=new_id(),
        queue="booking.count_effect",
        event="",
        message_id="",
        headers={},
        body=b"",
        cause="a test",
        attempts=1,
    )
    async with toy.service.db.system_tx() as tx:
        tx.add(letter)
    return letter


async def discarded_by_another(toy: Bench, letter: DeadLetter) -> None:
    async with toy.service.db.system_tx() as other:
        await other.execute(update(DeadLetter).where(DeadLetter.id == letter.id).values(state="discarded"))


async def test_a_row_that_was_looked_at_before_is_read_anew_with_its_lock(toy: Bench) -> None:
    by_key, by_query = await a_letter(toy), await a_letter(toy)

    async def locked_by_key(tx: Tx) -> DeadLetter:
        return await tx.get_one(DeadLetter, by_key.id, with_for_update=True)

    async def locked_by_query(tx: Tx) -> DeadLetter:
        return (await tx.scalars(select(DeadLetter).where(DeadLetter.id == by_query.id).with_for_update())).one()

    for letter, locked in ((by_key, locked_by_key), (by_query, locked_by_query)):
        async with toy.service.db.system_tx() as tx:
            seen = await tx.get_one(DeadLetter, letter.id)
            assert seen.state == "waiting"
            await discarded_by_another(toy, letter)
            assert await locked(tx) is seen
            assert seen.state == "discarded"


async def test_what_this_transaction_has_changed_itself_is_not_undone_by_a_lock(toy: Bench) -> None:
    letter = await a_letter(toy)
    async with toy.service.db.system_tx() as tx:
        mine = await tx.get_one(DeadLetter, letter.id)
        mine.cause = "said here"
        assert (await tx.get_one(DeadLetter, letter.id, with_for_update=True)).cause == "said here"
