"""Addresses of accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.vanity import RESERVED, alternatives, check_address, is_address
from kit.errors import InvalidInput


@pytest.mark.parametrize("address", ["abc", "levada", "salon-levada-2", "7levada", "demo", "a" * 40, "1-a-2"])
def test_an_address_of_the_right_shape_is_taken(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address", ["", "ab", "a" * 41, "Levada", "-levada", "levada-", "a--b", "123", "лев", "a_b", "a.b", "a b", "abc\n"]
)
def test_an_address_of_another_shape_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_address(address)
    assert refused.value.errors[0].pointer == "/vanity_address"


def test_the_product_keeps_its_own_paths_and_the_demo_is_not_among_them() -> None:
    assert {"api", "desk", "me", "manage", "help", "login", "static", "callbacks", "phone", "ops", "day"} <= RESERVED
    assert "demo" not in RESERVED


@given(st.from_regex(r"[a-z0-9](-?[a-z0-9]){2,39}", fullmatch=True).filter(is_address))
def test_every_alternative_is_an_address_itself(address: str) -> None:
    offered = list(alternatives(address, "UA"))
    assert len(offered) >= 3
    assert len(set(offered)) == len(offered)
    for found in offered:
        check_address(found)
