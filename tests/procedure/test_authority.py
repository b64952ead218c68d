"""Role × permission, by hand from the clauses and the table of departments; a row of marks per permission."""

from __future__ import annotations

import pytest

from cs.procedure.authority import AUTHORITY, Permission, may, permissions_of, role_for, roles_with
from tests.tables import ROLES

#                                             sales, quality, the other departments, auditor and administrator
MATRIX = {
    "read": ("5.6", "xx xx xxxxxxxxxx x."),  # every signed-in role may read; administrators keep the program
    "attach_file": ("5.6", "xx xx xxxxxxxxxx .."),  # auditors change nothing
    "edit_customer": ("5.1.3.2", "xx .. .......... .."),
    "edit_product": ("5.1", "xx .. x......... .."),
    "edit_shipment": ("5.1", "xx .. ....xx.... .."),
    "void_master_data": ("5.6", ".x .. .......... .."),
    "log_complaint": ("5.2.1.1", "xx .. .......... .."),
    "pass_on_complaint": ("5.2.1.2", ".. xx xxxxxxxxxx .."),
    "analyse_complaint": ("5.2.1.3", ".. xx .......... .."),
    "settle_complaint": ("5.2.2.3", ".. .x .......... .."),
    "reply_to_customer": ("5.2.2.3", "xx .. .......... .."),
    "consent_to_clock": ("5.2.2.6", ".x .. ........x. .."),  # 总经理: where the sales manager asks alone
    "see_refusal": ("5.6", "xx xx xxxxxxxxxx .."),  # whoever asked
    "close_complaint": ("5.2.2.3", ".. .x .......... .."),
    "void_complaint": ("5.6", ".x .. .......... .."),
    "import_history": (
        "5.6",
        ".x .. .......... ..",
    ),  # what others once wrote down: by who answers for the department's records
    "contact_customer": ("5.2.1.3", "xx xx .......... .."),
    "receive_sample": ("5.2.1.3", "xx xx .....x.... .."),
    "countersign": ("5.2.2.4", "xx xx xxxxxxxxxx .."),
    "carry_out_disposition": ("5.2.2.4", "xx xx xxxxxxxxxx .."),
    "plan_goods": ("5.2.2.4", ".. .. ....x..... .."),
    "issue_capa": ("5.2.2.5", "xx xx .......... .."),
    "answer_capa": ("5.2.2.5", "xx xx xxxxxxxxxx .."),
    "verify_capa": ("5.2.2.5", ".. xx .......... .."),
    "void_capa": ("5.6", ".x .x .......... .."),
    "register_return": ("5.3.1", "xx .. .......... .."),
    "receive_return": ("5.3.3", ".. .. .....x.... .."),
    "judge_return": ("5.3.1", ".. xx .......... .."),
    "plan_return": ("5.3.1", ".. .. ....x..... .."),  # PMC安排拉回, and 3.6
    "settle_difference": ("5.3.3", "xx .. .......... .."),
    "write_rework": ("3.4", ".. .. .x........ .."),
    "book_rework": ("3.5", ".. .. ..xx...... .."),
    "close_return": ("5.3.5", ".. .x .......... .."),
    "void_return": ("5.6", ".x .. .......... .."),
    "apply_replenishment": ("5.3.4", "xx .. .......... .."),  # 由业务部提出
    "approve_replenishment": ("5.3.4", ".x .. ...x....x. .."),
    "make_order": ("3.5", ".. .. ..xx...... .."),
    "ship_order": ("5.3.4", ".. .. .....x.... .."),
    "void_replenishment": ("5.6", ".x .. .......... .."),
    "administer": ("5.6", ".. .. .......... .x"),
    "read_traces": ("5.6", ".. .. ........x. xx"),  # a second person beside the administrator
}


def holders(marks: str) -> set[str]:
    marks = marks.replace(" ", "")
    assert len(marks) == len(ROLES)
    return {role for role, mark in zip(ROLES, marks, strict=True) if mark == "x"}


@pytest.mark.parametrize("permission", MATRIX)
def test_a_permission_is_held_by_the_roles_of_its_clause_and_no_other(permission):
    clause, marks = MATRIX[permission]
    row = next(row for row in AUTHORITY if row.permission == permission)
    assert (row.clause, set(row.roles)) == (clause, holders(marks))
    assert {role for role in ROLES if may([role], Permission(permission))} == holders(marks)


def test_every_permission_stands_once_in_the_matrix():
    assert sorted(MATRIX) == sorted(permission.value for permission in Permission)
    assert sorted(row.permission for row in AUTHORITY) == sorted(Permission)


def test_permissions_have_names_in_both_languages():
    assert [row.permission for row in AUTHORITY if not (row.name.zh and row.name.en)] == []


def test_the_roles_of_a_person_add_up():
    assert not may(["quality_inspector"], Permission.SETTLE_COMPLAINT)
    assert may(["quality_inspector", "quality_supervisor"], Permission.SETTLE_COMPLAINT)
    both = permissions_of(["auditor"]) | permissions_of(["administrator"])
    assert (
        permissions_of(["auditor", "administrator"])
        == both
        == {
            Permission.READ,
            Permission.ADMINISTER,
            Permission.READ_TRACES,
        }
    )


def test_without_a_role_nothing_is_allowed():
    assert permissions_of([]) == frozenset()
    assert not may([], Permission.READ)
    assert permissions_of(["gardener"]) == frozenset()


def test_one_acts_under_the_first_role_of_the_row_that_one_holds():
    roles = ["sales_manager", "sales_clerk", "auditor"]
    assert role_for(roles, Permission.LOG_COMPLAINT) == "sales_clerk"
    assert role_for(roles, Permission.VOID_COMPLAINT) == "sales_manager"
    assert role_for(roles, Permission.ANALYSE_COMPLAINT) is None


def test_the_holders_of_a_permission_come_in_the_order_of_the_procedure():
    assert roles_with(Permission.ANALYSE_COMPLAINT) == ("quality_inspector", "quality_supervisor")
