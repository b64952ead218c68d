"""People: the accounts, their names and their roles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import func, select
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from cs.blueprints.admin.common import (
    AdminForm,
    Result,
    blueprint,
    existing_record,
    form_with_input,
    handle_form,
    no_record,
    signed_in_user,
)
from cs.blueprints.admin.slips import issue_slips, people_without_password
from cs.extensions import db
from cs.procedure.authority import ANY_DEPARTMENT, Permission
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.site_health import never_signed_in
from cs.records.departments import ADMINISTRATOR, Membership
from cs.records.login_failures import LoginFailure
from cs.records.passwords import normal_username
from cs.records.procedure import rulebook
from cs.records.record import find
from cs.records.sessions import LoginSession
from cs.records.users import Roles, User
from cs.web.access import requires
from cs.web.fields import Text
from cs.web.responses import say, show
from cs.web.rows import RowForm, Rows
from cs.web.timeline import OlderEntries, TimelineEntry, timeline
from cs.web.timeline_rows import Change
from cs.wording.labels import department_name, departments_by_code, label, role_name, term

BLANK_ROWS = 2  # empty rows that the roles of a person are shown with
MAX_MEMBERSHIPS = 30


def _account_condition(value: str) -> Any:
    conditions = {
        "active": User.active,
        "left": ~User.active,
        "never": User.active & never_signed_in(),
        "must_change": User.active & User.must_change,
    }
    return conditions[value]


def _has_membership(condition: Any) -> Any:
    return User.id.in_(select(Membership.user_id).where(condition))


PEOPLE = Listing(
    User,
    select(
        User.id,
        User.username,
        User.name,
        User.active,
        User.must_change,
        select(func.max(LoginSession.created_at))
        .where(LoginSession.user_id == User.id)
        .scalar_subquery()
        .label("last_login"),
    ),
    {
        "name": Sort(lambda: term("display_name"), User.sort_name),
        "username": Sort(lambda: term("username"), User.username),
        "newest": Sort(lambda: gettext("Newest first"), User.created_at, descending=True),
    },
    (
        Filter(
            "department",
            lambda: term("department"),
            lambda: [(code, department_name(code)) for code in departments_by_code()],
            lambda value: _has_membership(Membership.department == value),
        ),
        Filter(
            "role",
            lambda: term("role"),
            lambda: [(code, role_name(code)) for code in rulebook().roles],
            lambda value: _has_membership(Membership.role == value),
        ),
        Filter(
            "standing",
            lambda: term("status"),
            lambda: [
                ("active", gettext("Works here")),
                ("left", gettext("Has left")),
                ("never", gettext("Never signed in")),
                ("must_change", gettext("Must choose a password")),
            ],
            _account_condition,
        ),
    ),
    search_label=lambda: gettext("Name or user name"),
)


@blueprint.route("/people/")
@requires(Permission.ADMINISTER)
def people() -> Any:
    """List the accounts, narrowed by the address."""
    page = PEOPLE.page(request.args, url_for("admin.people"))
    rows = db.session.execute(
        select(Membership.user_id, Membership.department, Membership.role, Membership.is_head)
        .where(Membership.user_id.in_([row.id for row in page.rows]))
        .order_by(Membership.id)
    )
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(row.user_id, []).append(row)
    return show(
        "admin/people.html",
        "admin/_people.html",
        page=page,
        held=held,
        without_password=_number_without_password(),
    )


def _number_without_password() -> int:
    count = select(func.count()).select_from(people_without_password().subquery())
    return int(db.session.execute(count).scalar_one())


def _roles_offered() -> list[tuple[str, str]]:
    return [("", "—"), *((code, role_name(code)) for code in rulebook().roles)]


class MembershipRow(RowForm):
    """One role of a person: in which department, and whether as its head."""

    role = SelectField(
        label("role"), [Optional()], choices=_roles_offered, filters=[lambda value: value or None]
    )
    department = SelectField(label("department"), [Optional()], filters=[lambda value: value or None])
    head = BooleanField(label("is_head"))

    decisive = ("role", "department")
    noun = "memberships"

    def home(self) -> str | None:
        """Return the department: as chosen, else the one that the role belongs to."""
        role = rulebook().roles.get(self.role.data or "")
        return self.department.data or (role.department if role else None)


class PersonForm(AdminForm):
    name = Text("display_name", required=True, most=50)
    note = Text("note", most=200)
    memberships = Rows(MembershipRow, label("memberships"), max_entries=MAX_MEMBERSHIPS)

    def offer(self, record: Any, on: datetime) -> None:
        held = set(record.departments) if record is not None else set()
        offered = [
            ("", gettext("of the role")),
            *(
                (code, department_name(code))
                for code, one in departments_by_code().items()
                if one.active or code in held
            ),
        ]
        for row in self.memberships:
            row.department.choices = offered
        self._offered = offered

    def fill(self, record: Any, on: datetime) -> None:
        if record is not None:
            self.name.data, self.note.data = record.name, record.note
            for one in record.memberships:
                self._append(role=one.role, department=one.department, head=one.is_head)

    def _append(self, **data: Any) -> None:
        self.memberships.append_entry(data)
        self.memberships[-1].department.choices = self._offered

    def grow(self, more: bool) -> None:
        blank = len(self.memberships) - len(self.memberships.filled)
        for _ in range(min(BLANK_ROWS - (0 if more else blank), MAX_MEMBERSHIPS - len(self.memberships))):
            self._append()

    def roles(self) -> Roles:
        return [(row.form.home(), row.role.data, row.head.data) for row in self.memberships if row.role.data]

    def check(self, record: Any, on: datetime) -> None:
        taken: set[tuple[str | None, str]] = set()
        for row in self.memberships.filled:
            key = (row.home(), row.role.data)
            if not row.role.data:
                row.fault("role", gettext("Choose the role, or leave the whole row empty."))
            elif key[0] is None and (row.role.data == ANY_DEPARTMENT or row.head.data):
                row.fault("department", gettext("In which department?"))
            elif key in taken:
                row.fault("role", gettext("This row appears twice."))
            taken.add(key)
        self.memberships.gather()
        if not taken and not self.memberships.errors:
            self.fault("memberships", gettext("Choose at least one role."))
        if (
            record is not None
            and record.is_last_administrator
            and ADMINISTRATOR not in (role for _department, role, _head in self.roles())
        ):
            self.fault(
                "memberships",
                gettext(
                    "This is the last administrator: the role must stay, or nobody could add people any more."
                ),
            )


class NewPersonForm(PersonForm):
    username = Text("username", required=True, most=50)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        username = self.username.data
        if username and " " in normal_username(username):
            self.fault("username", gettext("Spaces are not allowed."))
        elif username and (other := User.by_username(username)) is not None:
            self.fault("username", gettext("This user name already belongs to %(name)s.", name=other.name))


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def new_person() -> Any:
    """Create an account. Its slip, shown once, has the link by which the person chooses a password."""
    form = form_with_input(NewPersonForm)

    def act(_record: None, on: datetime) -> Result:
        by = signed_in_user()
        person = User.create(
            username=form.username.data,
            name=form.name.data,
            password=None,
            memberships=form.roles(),
            note=form.note.data,
            by=by,
            on=on,
        )
        return url_for("admin.person", record_id=person.id), issue_slips([person], by, on).response()

    return handle_form(
        form, "admin/person_form.html", no_record, act, member=ANY_DEPARTMENT, back=url_for("admin.people")
    )


@blueprint.route("/people/<int:record_id>")
@requires(Permission.ADMINISTER)
def person(record_id: int) -> Any:
    """Show a person's roles, sessions and changes."""
    record, on = find(User, record_id) or abort(404), datetime.now(UTC)
    return show(
        "admin/person.html",
        record=record,
        sessions=LoginSession.of(record),
        on=on,
        history=_history(record),
        wrong_passwords=LoginFailure.recent(record.username, on),
    )


def _history(record: User) -> list[TimelineEntry | OlderEntries]:
    """Return the person's timeline, with roles and departments by their names."""
    now = {one.id: {"role": one.role, "department": one.department} for one in record.memberships}
    entries = timeline(record)
    for entry in entries:
        if isinstance(entry, OlderEntries):
            continue
        event = entry.event
        rows = event.details.get("changes", {}).get("memberships")
        if rows is not None and event.seq > 1:
            entry.changes[:] = [change for change in entry.changes if change.label != term("memberships")]
            old, new = (_memberships_in_words(side, now) for side in rows)
            entry.changes.append(Change(term("memberships"), old, new))
    return entries


def _memberships_in_words(rows: list[dict[str, Any]], now: dict[int, dict[str, Any]]) -> str:
    """Join the memberships of one side of a change; `now` adds what the change left as it was."""
    return "、".join(_membership_in_words(now.get(row["id"], {}) | row) for row in rows)


def _membership_in_words(row: dict[str, Any]) -> str:
    words = [
        role_name(row.get("role")),
        department_name(row.get("department")),
        term("is_head") if row.get("is_head") else "",
    ]
    return " ".join(word for word in words if word)


@blueprint.route("/people/<int:record_id>/edit", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def edit_person(record_id: int) -> Any:
    """Change name, note and roles; the change takes effect with the person's next click."""
    form = form_with_input(PersonForm)

    def act(record: User, on: datetime) -> str:
        record.edit(
            name=form.name.data, note=form.note.data, memberships=form.roles(), by=signed_in_user(), on=on
        )
        say(gettext("%(name)s is saved.", name=record.name))
        return _person_page(record)

    return handle_form(
        form,
        "admin/person_form.html",
        existing_record(User, record_id),
        act,
        member=ANY_DEPARTMENT,
        back=url_for("admin.person", record_id=record_id),
    )


def _person_page(record: User) -> str:
    """Return the address of their page; of My work for those who have just taken their own role of
    administrator away."""
    own = record.id == current_user.id and ADMINISTRATOR not in record.roles
    return url_for("desk.index") if own else url_for("admin.person", record_id=record.id)
