"""Roles, personal changes, and what may be given."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.permissions import Permission
from identity.domain.grants import Held, check_grant, effective, merged
from identity.errors import GrantExceedsOwn
from identity.roles import DANGEROUS, PRESETS
from kit.ids import new_id

HERE, THERE = new_id(), new_id()
DAY = datetime(2026, 11, 22, tzinfo=UTC)
KEYS = st.sampled_from(sorted(Permission))


def test_the_owner_holds_every_right_there_is() -> None:
    assert PRESETS["owner"] == set(Permission)


def test_every_other_role_is_a_true_part_of_the_owners() -> None:
    for role, preset in PRESETS.items():
        assert preset <= set(Permission)
        assert role == "owner" or preset < PRESETS["owner"]


def test_only_owner_and_manager_edit_rights() -> None:
    assert {role for role, preset in PRESETS.items() if Permission.PERMISSIONS_EDIT in preset} == {"owner", "manager"}


def test_a_master_sees_nothing_that_is_dangerous() -> None:
    assert not PRESETS["master"] & DANGEROUS


@given(st.sampled_from(sorted(PRESETS)), st.dictionaries(KEYS, st.booleans()))
def test_a_personal_change_wins_over_the_role(role: str, changes: dict[str, bool]) -> None:
    held = effective(PRESETS[role], changes)
    for key in Permission:
        assert (key in held) == changes.get(key, key in PRESETS[role])


@given(
    st.sampled_from(sorted(PRESETS)),
    st.dictionaries(KEYS, st.booleans()),
    st.dictionaries(KEYS, st.booleans() | st.none()),
)
def test_only_real_differences_from_the_role_are_kept(
    role: str, before: dict[str, bool], wanted: dict[str, bool | None]
) -> None:
    preset = PRESETS[role]
    after = merged(before, wanted, preset)
    assert all(value != (key in preset) for key, value in after.items())
    held = effective(preset, after)
    for key in Permission:
        wish = wanted.get(key, before.get(key))
        assert (key in held) == (key in preset if wish is None else wish)


@given(st.frozensets(KEYS), st.frozensets(KEYS))
def test_what_is_granted_is_held_or_it_is_refused(gained: frozenset[str], own: frozenset[str]) -> None:
    def give() -> None:
        check_grant(Held(), Held(gained), Held(own), ["Ірина"])

    if gained <= own:
        give()
        return
    with pytest.raises(GrantExceedsOwn) as refused:
        give()
    assert refused.value.permissions == sorted(gained - own)
    assert refused.value.holders == ["Ірина"]


@pytest.mark.parametrize(
    ("own", "before", "after", "beyond"),
    [
        (None, {HERE}, None, None),
        (None, {HERE}, {HERE, THERE}, None),
        ({HERE}, {HERE}, {HERE}, None),
        ({HERE}, {THERE}, {THERE}, None),  # what the other has already is not given
        ({HERE}, {THERE}, {HERE, THERE}, None),
        ({HERE}, None, {THERE}, None),  # narrowing takes away
        ({HERE}, None, None, None),
        ({HERE}, {HERE}, {HERE, THERE}, [str(THERE)]),
        ({HERE}, {HERE}, None, ["*"]),
    ],
)
def test_a_scope_is_widened_only_by_who_covers_it(
    own: set[UUID] | None, before: set[UUID] | None, after: set[UUID] | None, beyond: list[str] | None
) -> None:
    def frozen(scope: set[UUID] | None) -> frozenset[UUID] | None:
        return None if scope is None else frozenset(scope)

    def give() -> None:
        rights = frozenset({"cash.view"})
        check_grant(
            Held(rights, scope=frozen(before)), Held(rights, scope=frozen(after)), Held(rights, scope=frozen(own)), []
        )

    if beyond is None:
        give()
        return
    with pytest.raises(GrantExceedsOwn) as refused:
        give()
    assert refused.value.location_ids == beyond


@pytest.mark.parametrize(
    ("before", "after", "over", "beyond"),
    [
        # a new right is given at every place of the other person, also where the giver has nothing
        (Held(frozenset("a"), scope=frozenset({HERE})), Held(frozenset("abc")), ["c"], ["*"]),
        (Held(frozenset("a")), Held(frozenset("ab")), [], ["*"]),
        (Held(scope=frozenset({THERE})), Held(frozenset("b"), scope=frozenset({THERE})), [], [str(THERE)]),
        (Held(scope=frozenset({HERE})), Held(frozenset("b"), scope=frozenset({HERE})), [], []),
        # a new place is given with every right of the other person, also those that the giver has not
        (
            Held(frozenset("ac"), scope=frozenset({THERE})),
            Held(frozenset("ac"), scope=frozenset({HERE, THERE})),
            ["c"],
            [],
        ),
        (Held(frozenset("a"), scope=frozenset({THERE})), Held(frozenset("a"), scope=frozenset({HERE, THERE})), [], []),
    ],
)
def test_a_right_is_given_with_its_places_and_a_place_with_its_rights(
    before: Held, after: Held, over: list[str], beyond: list[str]
) -> None:
    """The giver holds a and b, here alone."""
    giver = Held(frozenset("ab"), scope=frozenset({HERE}))
    if not over and not beyond:
        check_grant(before, after, giver, [])
        return
    with pytest.raises(GrantExceedsOwn) as refused:
        check_grant(before, after, giver, [])
    assert (refused.value.permissions, refused.value.location_ids) == (over, beyond)


def test_a_place_is_opened_for_no_longer_than_the_giver_is_there() -> None:
    before, after = (Held(frozenset("a"), scope=scope) for scope in (frozenset({THERE}), frozenset({HERE, THERE})))
    substitute = Held(frozenset("a"), {}, DAY)
    with pytest.raises(GrantExceedsOwn) as refused:
        check_grant(before, after, substitute, [])
    assert refused.value.permissions == ["a"]
    check_grant(before, Held(frozenset("a"), {}, DAY, after.scope), substitute, [])
