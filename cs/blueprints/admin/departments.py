"""Departments: those of the procedure, and the factory's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from cs.blueprints.admin.common import (
    AdminForm,
    blueprint,
    existing_record,
    form_with_input,
    handle_form,
    no_record,
    signed_in_user,
)
from cs.extensions import db
from cs.procedure.authority import Permission
from cs.records.departments import Department, Membership
from cs.records.passwords import normal_username
from cs.records.procedure import rulebook
from cs.records.record import find
from cs.records.users import User
from cs.web.access import requires
from cs.web.fields import Text
from cs.web.responses import say, show
from cs.web.timeline import timeline
from cs.wording.labels import departments_by_code, role_name


class DepartmentForm(AdminForm):
    zh = Text("name_zh", required=True, most=30)
    en = Text("name_en", required=True, most=60)

    def check(self, record: Any, on: datetime) -> None:
        for field in ("zh", "en"):
            typed = normal_username(self[field].data or "")
            for other in departments_by_code().values():
                known = rulebook().departments.get(other.code)
                names = (other.zh, other.en, *(known.aliases if known else ()))
                if (record is None or other.code != record.code) and typed in map(normal_username, names):
                    self.fault(
                        field, gettext("%(name)s already has this name.", name=f"{other.zh} {other.en}")
                    )


def _department_context() -> dict[str, Any]:
    people_in = (
        select(Membership.department, func.count(User.id.distinct()))
        .join(User)
        .where(User.active)
        .group_by(Membership.department)
    )
    heads: dict[str, list[str]] = {}
    for code, name in db.session.execute(
        select(Membership.department, User.name)
        .join(User)
        .where(User.active, Membership.is_head)
        .order_by(User.sort_name)
    ):
        heads.setdefault(code, []).append(name)
    roles: dict[str, list[str]] = {}
    for role in rulebook().roles.values():
        roles.setdefault(role.department or "", []).append(role_name(role.code))
    return {
        "rows": departments_by_code().values(),
        "people_in": dict(list(db.session.execute(people_in))),
        "heads": heads,
        "home_roles": roles,
    }


@blueprint.route("/departments/")
@requires(Permission.ADMINISTER)
def department_list() -> ResponseReturnValue:
    """Show all departments, those of the procedure first."""
    return show("admin/departments.html", **_department_context())


@blueprint.route("/departments/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def new_department() -> ResponseReturnValue:
    """Add a department that the procedure does not name, such as purchasing."""
    form = form_with_input(DepartmentForm)

    def act(_record: None, on: datetime) -> str:
        created = Department.create(zh=form.zh.data, en=form.en.data, by=signed_in_user(), on=on)
        say(gettext("%(name)s is added.", name=created.zh))
        return url_for("admin.department_list")

    return handle_form(
        form, "admin/department_form.html", no_record, act, back=url_for("admin.department_list")
    )


@blueprint.route("/departments/<int:record_id>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def department(record_id: int) -> ResponseReturnValue:
    """Rename a department."""
    form = form_with_input(DepartmentForm)

    def act(record: Department, on: datetime) -> str:
        record.rename(zh=form.zh.data, en=form.en.data, by=signed_in_user(), on=on)
        say(gettext("%(name)s is saved.", name=record.zh))
        return url_for("admin.department_list")

    shown = find(Department, record_id) or abort(404)
    return handle_form(
        form,
        "admin/department_form.html",
        existing_record(Department, record_id),
        act,
        back=url_for("admin.department_list"),
        history=timeline(shown),
    )


class StandingForm(AdminForm):
    """The form that takes a department out of use, or back into use."""

    def check(self, record: Any, on: datetime) -> None:
        if record.active and record.of_the_procedure:
            self.refuse(gettext("This department is named in the procedure and cannot be taken out of use."))
        elif record.active and record.people:
            self.refuse(
                gettext(
                    "%(count)s people belong to this department. Move them to another one first.",
                    count=record.people,
                )
            )


@blueprint.route("/departments/<int:record_id>/standing", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def department_standing(record_id: int) -> ResponseReturnValue:
    """Take a department out of use, or back into use."""
    form = form_with_input(StandingForm)

    def act(record: Department, on: datetime) -> str:
        change_standing = record.deactivate if record.active else record.activate
        change_standing(by=signed_in_user(), on=on)
        say(
            gettext("%(name)s is in use again.", name=record.zh)
            if record.active
            else gettext("%(name)s is out of use.", name=record.zh)
        )
        return url_for("admin.department_list")

    shown = find(Department, record_id) or abort(404)
    what = (
        gettext("People can no longer be assigned to it. Existing records keep its name.")
        if shown.active
        else gettext("People can be assigned to it again.")
    )
    return handle_form(
        form,
        "admin/confirm.html",
        existing_record(Department, record_id),
        act,
        back=url_for("admin.department_list"),
        kind="department",
        step="leave" if shown.active else "come_back",
        what=what,
    )
