"""Signing in and out, the first administrator, one's own account, the language."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, g, redirect, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user, login_user
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from cs.access import public, signed_in
from cs.extensions import begin_write, db
from cs.forms import Form, Text
from cs.models.procedure import rulebook
from cs.models.users import LoginFailure, LoginSession, SetupLink, User
from cs.pages import go, say, show
from cs.words import LANGUAGES, label, role_name

blueprint = Blueprint("auth", __name__)
MOST_PASSWORD = 200  # argon2 takes longer ones, but nobody types them


class LoginForm(Form):
    username = StringField(label("username"), [InputRequired(lazy_gettext("Please fill this in.")), Length(max=100)])
    password = PasswordField(label("password"), [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MOST_PASSWORD)])


class NewPassword(Form):
    """A new password, typed twice."""

    new_password = PasswordField(label("new_password"), [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MOST_PASSWORD)])
    repeat_password = PasswordField(label("repeat_password"), [EqualTo("new_password", lazy_gettext("The two passwords differ."))])

    def validate_new_password(self, field: PasswordField) -> None:
        least = current_app.config["CS_PASSWORD_LENGTH"]
        if len(field.data or "") < least:
            raise ValueError(gettext("At least %(least)s characters, please.", least=least))


class OwnPasswordForm(NewPassword):
    current_password = PasswordField(label("current_password"), [InputRequired(lazy_gettext("Please fill this in."))])
    field_order = ("current_password", "new_password", "repeat_password")


class SetupForm(NewPassword):
    username = Text("username", required=True, most=50)
    name = Text("display_name", required=True, most=50)
    field_order = ("username", "name", "new_password", "repeat_password")


def _safe(address: str | None) -> str:
    """An address on this site; anything else leads to My work."""
    parts = urlsplit(address or "")
    plain = address and address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address and not parts.netloc
    return address if plain and address else url_for("desk.index")


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Any:
    """Sign in. Wrong passwords close an account's login for a while, also over a restart."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(_safe(request.args.get("next")))
    form, error, status = LoginForm(), None, 200
    if form.validate_on_submit():
        on = datetime.now(UTC)
        minutes = LoginFailure.minutes_left(form.username.data, on)
        user = User.by_username(form.username.data)
        right = _check(user, form.password.data) and not minutes
        begin_write()
        if user is not None and right:
            user = db.session.get_one(User, user.id)
            LoginFailure.clear(user.username)
            user.login_token = LoginSession.start(user, request.user_agent.string, on)
            db.session.commit()
            return _enter(user, request.args.get("next"))
        if not minutes:
            LoginFailure.add(form.username.data, on)
            db.session.commit()
        status = 429 if minutes else 422
        error = (gettext("Too many wrong passwords. Please wait %(minutes)s min.", minutes=minutes) if minutes
                 else gettext("Username or password is wrong."))
    elif form.is_submitted():
        status = 422
    return show("auth/login.html", form=form, error=error, status=status, **_demo())


def _check(user: User | None, password: str) -> bool:
    """Takes as long for an unknown or departed person as for a known one."""
    if user is None or not user.active:
        return User.check_nobody(password)
    return user.check_password(password)


def _enter(user: User, address: str | None) -> Response:
    chosen = session.get("language")
    session.clear()  # a new session gets a new CSRF token
    if chosen:
        session["language"] = chosen
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
            LoginSession.end_all(ended.user, on)
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
    if form.is_submitted():
        right = current_user.check_password(form.current_password.data or "")
        if form.validate() and not right:
            form.fault("current_password", gettext("This is not your password."))
        if not form.errors and form.new_password.data == form.current_password.data:
            form.fault("new_password", gettext("Please choose another one than now."))
        if not form.errors:
            return _change_password(form.new_password.data)
    return show("auth/account.html", form=form, status=422 if form.errors else 200)


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
        user = User.create(username=form.username.data, name=form.name.data, password=form.new_password.data, must_change=False,
                           memberships=[(None, "administrator", False)], by=None, on=on)
        SetupLink.use_up()
        user.login_token = LoginSession.start(user, request.user_agent.string, on)
        db.session.commit()
        return _enter(user, None)
    return show("auth/setup.html", form=form, status=422 if form.errors else 200)
