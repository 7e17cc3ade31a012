"""Addresses of accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.vanity import RESERVED, alternatives, check_address, is_address, is_reserved
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


CYRILLIC = str.maketrans("aceiopxyk", "асеіорхук")
DIGITS = {"o": "0", "l": "1", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7", "b": "8"}


def look_alikes(word: str) -> set[str]:
    """What a reader takes for the word: letters of another alphabet, digits, hyphens."""
    places = range(len(word))
    foreign = {word[:at] + word[at].translate(CYRILLIC) + word[at + 1 :] for at in places}
    figures = {word[:at] + DIGITS.get(word[at], word[at]) + word[at + 1 :] for at in places}
    parted = {f"{word[:at]}-{word[at:]}" for at in places[2:-1]}
    return (foreign | figures | parted) - {word}


def test_what_looks_like_the_products_own_address_is_not_to_be_had() -> None:
    words = [word for word in RESERVED if len(word) >= 5]
    found = sorted(one for word in words for one in look_alikes(word))
    long = [one for one in found if len(one.replace("-", "")) >= 5]
    assert len(long) >= 300
    assert [one for one in long if is_address(one) and not is_reserved(one)] == []
    of_salons = {one.translate(CYRILLIC) for one in ("levada", "barber-pro", "olena", "kyiv-cut", "salon-roksana")}
    assert [one for one in of_salons if is_address(one)] == []
    ours = ("levada", "spa-1", "salon-5", "barber-8", "beauty-bar", "studio-1", "kosmo", "7levada")
    assert [one for one in ours if is_reserved(one)] == []
