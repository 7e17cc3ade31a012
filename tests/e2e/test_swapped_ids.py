"""Ids of another account's things open nothing in the own one."""

from tests.e2e.shapes import MakeVisitor, booked
from tests.support.people import Salon, open_salon
from tests.support.swapped_ids import routes_with_ids, steal


async def test_no_verb_reaches_a_thing_of_another_account_by_its_id(salon: Salon, visitor: MakeVisitor) -> None:
    thief = await open_salon(visitor())
    await booked(visitor(), salon)
    document = await salon.owner.ask("GET", "/openapi.json")
    routes = routes_with_ids(document)
    assert len(routes) > 80
    swapped = await steal(thief, salon, document, len(routes))
    assert swapped.hits == []
    assert len(swapped.read) > 0.9 * len(routes), "most requests must be understood, else they prove nothing"
