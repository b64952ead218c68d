"""Who checks the effect of measures (5.2.2.5): nobody who carried one of them out."""

import pytest

from cs.procedure.authority import SYSTEM, Permission
from cs.procedure.effect_checks import checkers

IN_PLACE = ("quality_inspector", "general_manager")
PEOPLE = {
    1: ("quality_supervisor",),
    2: ("quality_supervisor", "engineer"),
    3: ("quality_inspector",),
    4: ("general_manager",),
    5: ("engineer",),
}


@pytest.mark.parametrize(
    ("carriers", "awaited"),
    [
        ((), None),  # all who usually check
        ((5,), None),
        ((1,), [2]),  # another of them
        ((1, 2), [3]),  # the first role in place
        ((1, 2, 3), [4]),  # the next one
        ((1, 2, 3, 4), []),
    ],
)
def test_whoever_carried_a_measure_out_does_not_check_it(carriers, awaited):
    assert checkers(PEOPLE, Permission.SETTLE_COMPLAINT, IN_PLACE, carriers) == awaited


def test_a_role_in_place_that_nobody_holds_is_passed_over():
    people = {1: ("quality_supervisor",), 4: ("general_manager",)}
    assert checkers(people, Permission.SETTLE_COMPLAINT, IN_PLACE, (1,)) == [4]


@pytest.mark.parametrize("permission", list(Permission))
def test_the_system_may_nothing_of_what_people_may(permission):
    assert not SYSTEM.may(permission)
