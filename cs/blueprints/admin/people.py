"""People: accounts, their roles, first passwords and sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import func, select
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from cs.blueprints.admin.common import AdminForm, Result, answer, blueprint, filled, me, nothing, of
from cs.extensions import begin_write, db
from cs.procedure.authority import ANY_DEPARTMENT, Permission
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.site_health import never_signed_in
from cs.records.departments import ADMINISTRATOR, Membership
from cs.records.passwords import normal_username, one_time_password
from cs.records.procedure import rulebook
from cs.records.record import find
from cs.records.sessions import LoginFailure, LoginSession
from cs.records.users import Roles, User
from cs.web.access import requires
from cs.web.fields import LongText, Text
from cs.web.record_page import timeline
from cs.web.responses import go, say, show
from cs.web.rows import RowForm, Rows
from cs.wording.words import department_name, departments, label, role_name, term

BLANK_ROWS = 2  # empty rows that the roles of a person are shown with
MOST_ROWS = 30


def _standing(value: str) -> Any:
    conditions = {
        "active": User.active,
        "left": ~User.active,
        "never": User.active & never_signed_in(),
        "must_change": User.active & User.must_change,
    }
    return conditions[value]


def _member(condition: Any) -> Any:
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
            lambda: [(code, department_name(code)) for code in departments()],
            lambda value: _member(Membership.department == value),
        ),
        Filter(
            "role",
            lambda: term("role"),
            lambda: [(code, role_name(code)) for code in rulebook().roles],
            lambda value: _member(Membership.role == value),
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
            _standing,
        ),
    ),
    search_label=lambda: gettext("Name or user name"),
)


@blueprint.route("/people/")
@requires(Permission.ADMINISTER)
def people() -> Any:
    """All accounts, narrowed by the address."""
    page = PEOPLE.page(request.args, url_for("admin.people"))
    rows = db.session.execute(
        select(Membership.user_id, Membership.department, Membership.role, Membership.is_head)
        .where(Membership.user_id.in_([row.id for row in page.rows]))
        .order_by(Membership.id)
    )
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(row.user_id, []).append(row)
    return show("admin/people.html", "admin/_people.html", page=page, held=held)


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

    def home(self) -> str | None:
        """The department: as chosen, else the one that the role belongs to."""
        role = rulebook().roles.get(self.role.data or "")
        return self.department.data or (role.department if role else None)


class PersonForm(AdminForm):
    name = Text("display_name", required=True, most=50)
    note = Text("note", most=200)
    memberships = Rows(MembershipRow, label("memberships"), max_entries=MOST_ROWS)

    def offer(self, record: Any, on: datetime) -> None:
        held = set(record.departments) if record is not None else set()
        offered = [
            ("", gettext("of the role")),
            *(
                (code, department_name(code))
                for code, one in departments().items()
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
        for _ in range(min(BLANK_ROWS - (0 if more else blank), MOST_ROWS - len(self.memberships))):
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
    initial_password = Text("initial_password", most=200)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        username = self.username.data
        if username and " " in normal_username(username):
            self.fault("username", gettext("Spaces are not allowed."))
        elif username and (other := User.by_username(username)) is not None:
            self.fault("username", gettext("This user name already belongs to %(name)s.", name=other.name))
        _check_password(self, "initial_password", username)


def _check_password(form: Any, field: str, username: str | None) -> None:
    typed, least = form[field].data, current_app.config["CS_PASSWORD_LENGTH"]
    if typed and len(typed) < least:
        form.fault(field, gettext("Use at least %(least)s characters.", least=least))
    elif typed and username and normal_username(typed) == normal_username(username):
        form.fault(field, gettext("Not the user name, please."))


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def new_person() -> Any:
    """A new account. The first password is typed or made up, shown once, and replaced by its owner."""
    form = filled(NewPersonForm)

    def act(_record: None, on: datetime) -> Result:
        password = form.initial_password.data or one_time_password()
        person = User.create(
            username=form.username.data,
            name=form.name.data,
            password=password,
            memberships=form.roles(),
            note=form.note.data,
            by=me(),
            on=on,
        )
        return url_for("admin.person", record_id=person.id), show(
            "admin/password.html", person=person, password=password, new=True
        )

    return answer(
        form, "admin/person_form.html", nothing, act, member=ANY_DEPARTMENT, back=url_for("admin.people")
    )


@blueprint.route("/people/<int:record_id>")
@requires(Permission.ADMINISTER)
def person(record_id: int) -> Any:
    """One person: roles, sessions, what was changed."""
    record, on = find(User, record_id) or abort(404), datetime.now(UTC)
    return show(
        "admin/person.html",
        record=record,
        sessions=LoginSession.of(record),
        on=on,
        history=_history(record),
        closed_for=LoginFailure.minutes_left(record.username, on),
    )


def _history(record: User) -> list[dict[str, Any]]:
    """The person's timeline, with roles and departments by their names."""
    now = {one.id: {"role": one.role, "department": one.department} for one in record.memberships}
    entries = timeline(record)
    for entry in entries:
        event = entry.get("event")
        if event is None:  # the way to the older ones
            continue
        rows = event.facts.get("changes", {}).get("memberships")
        if rows is not None and event.seq > 1:
            entry["changes"] = [one for one in entry["changes"] if one[0] != term("memberships")]
            entry["changes"].append(
                (
                    term("memberships"),
                    *("、".join(_membership(now.get(row["id"], {}) | row) for row in side) for side in rows),
                )
            )
    return entries


def _membership(row: dict[str, Any]) -> str:
    words = [
        role_name(row.get("role")),
        department_name(row.get("department")),
        term("is_head") if row.get("is_head") else "",
    ]
    return " ".join(word for word in words if word)


@blueprint.route("/people/<int:record_id>/edit", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def edit_person(record_id: int) -> Any:
    """Name, note and roles; what changes holds from the next click of the person on."""
    form = filled(PersonForm)

    def act(record: User, on: datetime) -> str:
        record.edit(name=form.name.data, note=form.note.data, memberships=form.roles(), by=me(), on=on)
        say(gettext("%(name)s is saved.", name=record.name))
        return _person_page(record)

    return answer(
        form,
        "admin/person_form.html",
        of(User, record_id),
        act,
        member=ANY_DEPARTMENT,
        back=url_for("admin.person", record_id=record_id),
    )


def _person_page(record: User) -> str:
    """Their page; My work to those who have just taken their own role of administrator away."""
    own = record.id == current_user.id and ADMINISTRATOR not in record.roles
    return url_for("desk.index") if own else url_for("admin.person", record_id=record.id)


class ComeBackForm(AdminForm):
    reason = LongText("reason", most=500)


class LeaveForm(ComeBackForm):
    def check(self, record: Any, on: datetime) -> None:
        if record.is_last_administrator:
            self.fault(
                "reason",
                gettext(
                    "This is the last administrator and must stay. Give the role to somebody else first."
                ),
            )


@blueprint.route("/people/<int:record_id>/leave", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def leave(record_id: int) -> Any:
    """Left the company: sessions end at once, tasks are given back."""
    form = filled(LeaveForm)

    def act(record: User, on: datetime) -> str:
        record.leave(reason=form.reason.data, by=me(), on=on)
        say(gettext("%(name)s cannot sign in any more; all sessions have ended.", name=record.name))
        return url_for("admin.person", record_id=record.id)

    return answer(
        form,
        "admin/leave.html",
        of(User, record_id, active=True),
        act,
        back=url_for("admin.person", record_id=record_id),
    )


@blueprint.route("/people/<int:record_id>/come-back", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def come_back(record_id: int) -> Any:
    """Works here again."""
    form = filled(ComeBackForm)

    def act(record: User, on: datetime) -> str:
        record.come_back(reason=form.reason.data, by=me(), on=on)
        say(gettext("%(name)s can sign in again.", name=record.name))
        return url_for("admin.person", record_id=record.id)

    return answer(
        form,
        "admin/leave.html",
        of(User, record_id, active=False),
        act,
        back=url_for("admin.person", record_id=record_id),
    )


class ResetForm(AdminForm):
    initial_password = Text("initial_password", most=200)

    def check(self, record: Any, on: datetime) -> None:
        _check_password(self, "initial_password", record.username)


@blueprint.route("/people/<int:record_id>/password", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def reset_password(record_id: int) -> Any:
    """A new first password, shown once; every session of the person ends."""
    form = filled(ResetForm)

    def act(record: User, on: datetime) -> Result:
        password = form.initial_password.data or one_time_password()
        record.set_password(password, must_change=True, by=me(), on=on)
        return url_for("admin.person", record_id=record.id), show(
            "admin/password.html", person=record, password=password, new=False
        )

    return answer(
        form, "admin/reset.html", of(User, record_id), act, back=url_for("admin.person", record_id=record_id)
    )


@blueprint.route("/people/<int:record_id>/sessions", methods=["POST"])
@requires(Permission.ADMINISTER)
def end_sessions(record_id: int) -> Any:
    """Signs a person out on every device."""
    begin_write()
    record = find(User, record_id, lock=True) or abort(404)
    name = record.name
    record.end_sessions(by=me(), on=datetime.now(UTC))
    db.session.commit()
    say(gettext("%(name)s is signed out everywhere.", name=name))
    return go(url_for("admin.person", record_id=record_id))
