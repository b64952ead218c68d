"""Signing in and out, the first administrator, one's own account, the language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, abort, current_app, g, redirect, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user, login_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from cs.extensions import begin_write, db
from cs.records.departments import ADMINISTRATOR
from cs.records.passwords import normal_username
from cs.records.procedure import rulebook
from cs.records.sections import Section
from cs.records.sessions import LoginFailure, LoginSession
from cs.records.setup_links import SetupLink
from cs.records.users import User
from cs.web.access import public, signed_in
from cs.web.fields import Form, Text
from cs.web.passwords import password_fault
from cs.web.responses import go, say, show
from cs.wording.words import LANGUAGES, label, role_name

blueprint = Blueprint("auth", __name__)
MOST_PASSWORD = 200  # argon2 takes longer ones, but nobody types them
LONGEST_ADDRESS = 2000


class LoginForm(Form):
    username = Text("username", required=True)
    password = PasswordField(
        label("password"), [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MOST_PASSWORD)]
    )


class NewPassword(Form):
    """A new password, typed twice."""

    new_password = PasswordField(
        label("new_password"),
        [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MOST_PASSWORD)],
    )
    repeat_password = PasswordField(
        label("repeat_password"),
        [
            InputRequired(lazy_gettext("Please fill this in.")),
            EqualTo("new_password", lazy_gettext("The two passwords differ.")),
        ],
    )

    @property
    def whose(self) -> str:
        """The username that the password is for."""
        return str(current_user.username)

    def validate_new_password(self, field: PasswordField) -> None:
        least = current_app.config["CS_PASSWORD_LENGTH"]
        if len(field.data or "") < least:
            raise ValidationError(gettext("Use at least %(least)s characters.", least=least))
        if normal_username(field.data) == normal_username(self.whose):
            raise ValidationError(gettext("Not the user name, please."))


class OwnPasswordForm(NewPassword):
    current_password = PasswordField(
        label("current_password"),
        [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MOST_PASSWORD)],
    )


class SetupForm(NewPassword):
    username = Text("username", required=True, most=50)
    name = Text("display_name", required=True, most=50)

    @property
    def whose(self) -> str:
        return self.username.data or ""


def _safe(address: str | None) -> str:
    """An address of this site that can be opened; anything else leads to My work."""
    home = url_for("desk.index")
    if (
        not address
        or len(address) > LONGEST_ADDRESS
        or not address.startswith("/")
        or address.startswith("//")
        or "\\" in address
    ):
        return home
    if any(character < " " for character in address):  # browsers drop tabs and line ends: "/<tab>/elsewhere"
        return home
    adapter = current_app.create_url_adapter(request)
    try:
        adapter.match(unquote(urlsplit(address).path), "GET")  # type: ignore[union-attr]
    except RequestRedirect:
        return address
    except (HTTPException, ValueError):
        return home
    return address


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Any:
    """Sign in. Wrong passwords close an account's login for a while, also over a restart."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(_safe(request.args.get("next")))
    form, error, status = LoginForm(), None, 200
    if form.validate_on_submit():
        on, username = datetime.now(UTC), form.username.data
        user = User.by_username(username)
        right = _check(user, form.password.data)
        begin_write()  # counted and decided under the lock: many tries at once are no more tries
        minutes = LoginFailure.minutes_left(username, on)
        user = db.session.get(User, user.id) if user is not None and right and not minutes else None
        if user is not None and user.active:
            LoginFailure.clear(username)
            return _enter(user, request.args.get("next"), on)
        if not minutes:
            LoginFailure.add(username, on)
            minutes = LoginFailure.minutes_left(username, on)
        db.session.commit()
        status = 429 if minutes else 422
        error = (
            gettext("Too many wrong passwords. Please wait %(minutes)s min.", minutes=minutes)
            if minutes
            else gettext("Username or password is wrong.")
        )
    elif form.is_submitted():
        status = 422
    return show("auth/login.html", form=form, error=error, status=status, **_demo())


def _check(user: User | None, password: str) -> bool:
    """Takes as long for an unknown or departed person as for a known one."""
    if user is None or not user.active:
        return User.check_nobody(password)
    return user.check_password(password)


def _enter(user: User, address: str | None, on: datetime) -> Response:
    """Begins a session of its own: nothing of the browser's session before it stays but the language chosen
    on the way in."""
    before = LoginSession.by_token(session.get("_user_id", ""))
    if before is not None:
        before.end(on)
    chosen = session.get("language")
    user.language = chosen or user.language
    user.login_token = LoginSession.start(user, request.user_agent.string, on)
    db.session.commit()
    session.clear()  # with it the CSRF token
    g.pop("_login_user", None)
    login_user(user)
    session.permanent = True
    return redirect(_safe(address), 303)


def _demo() -> dict[str, Any]:
    if not current_app.config.get("CS_DEMO"):
        return {}
    return {"demo_accounts": [(code, role_name(code)) for code in rulebook().roles], "demo_password": "demo"}


@blueprint.route("/logout", methods=["POST"])
@signed_in
def logout() -> Response:
    """Ends this session; with `everywhere`, all of the person's sessions on every device."""
    on, token, everywhere = datetime.now(UTC), current_user.login_token, request.form.get("everywhere")
    begin_write()
    ended = LoginSession.by_token(token)
    if ended is not None:
        ended.end(on)
        if everywhere:
            ended.user.end_sessions(by=ended.user, on=on)
    db.session.commit()
    session.clear()
    return go(url_for("auth.login"))


@blueprint.route("/language", methods=["POST"])
@public
def language() -> Response:
    """Switches the language: for this browser, and for the person when one is signed in."""
    chosen = request.form.get("language")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen
    if current_user.is_authenticated:
        person = current_user.id
        begin_write()
        db.session.get_one(User, person).language = chosen
        db.session.commit()
    return redirect(_safe(request.form.get("next")), 303)


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> Any:
    """One's own account: roles, sessions, a new password (which ends all sessions but a new one here)."""
    form = OwnPasswordForm()
    if form.validate_on_submit():
        if fault := password_fault(
            form.current_password.data, gettext("This is not your password."), datetime.now(UTC)
        ):
            form.fault("current_password", fault)
        elif form.new_password.data == form.current_password.data:
            form.fault("new_password", gettext("The new password must differ from the current one."))
        else:
            return _change_password(form.new_password.data)
    on = datetime.now(UTC)
    sessions = [one for one in LoginSession.of(current_user) if one.is_live(on)]
    return show(
        "auth/account.html",
        form=form,
        covers=g.login_session.password_covers(on),
        sessions=sessions,
        here=g.login_session.token_hash,
        status=422 if form.errors else 200,
    )


@blueprint.route("/account/ask-again", methods=["POST"])
@signed_in
def ask_again() -> Response:
    """From now on each signature asks for the password again, in every session of the person."""
    person = current_user.id
    begin_write()
    LoginSession.ask_again(db.session.get_one(User, person))
    db.session.commit()
    say(gettext("The next signature asks for your password."))
    return go(url_for("auth.account"))


def _change_password(password: str) -> Response:
    on, person = datetime.now(UTC), current_user.id
    begin_write()
    user = db.session.get_one(User, person)
    user.set_password(password, by=user, on=on)
    user.login_token = LoginSession.start(user, request.user_agent.string, on)
    db.session.commit()
    say(gettext("Your password is changed. All your other sessions have ended."))
    g.pop("_login_user", None)
    login_user(user)
    return go(url_for("desk.index"))


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
def setup(token: str) -> Any:
    """The first administrator, by the one-time link that the server printed."""
    if not SetupLink.is_valid(token):
        abort(404)
    form = SetupForm()
    if form.validate_on_submit():
        on = datetime.now(UTC)
        begin_write()
        if not SetupLink.is_valid(token):
            abort(404)
        user = User.create(
            username=form.username.data,
            name=form.name.data,
            password=form.new_password.data,
            must_change=False,
            memberships=[(None, ADMINISTRATOR, False)],
            by=None,
            on=on,
        )
        SetupLink.use_up()
        return _enter(user, None, on)
    return show("auth/setup.html", form=form, status=422 if form.errors else 200)


SECTION = Section(blueprint)
