"""A cursor that no list of ours has given out is refused, whatever it holds."""

import base64

import pytest

from booking.api.edge import Cursor
from kit.errors import InvalidInput
from kit.ids import new_id


@pytest.mark.parametrize("held", ["", "null", "7", '["a"]', '["a", 7]', '{"a": 1, "b": 2}', "[" * 3_000, '["a", "b"]'])
def test_a_strange_cursor_is_the_senders_fault(held: str) -> None:
    with pytest.raises(InvalidInput):
        Cursor.parse(base64.urlsafe_b64encode(held.encode()).decode().rstrip("="))


def test_a_cursor_comes_back_as_it_was_given() -> None:
    given = Cursor("Олена", new_id())
    assert Cursor.parse(str(given)) == given
