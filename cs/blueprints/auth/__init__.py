"""Signing in and out, the first administrator, one's own account, the language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from cs.blueprints.auth.forms import FirstPasswordForm, LoginForm, OwnPasswordForm, SetupForm
from cs.extensions import db
from cs.records.attachments import Draft
from cs.records.departments import ADMINISTRATOR
from cs.records.login_failures import LoginFailure
from cs.records.procedure import rulebook
from cs.records.sections import Section
from cs.records.sessions import LoginSession
from cs.records.setup_links import AccountLink, SetupLink
from cs.records.users import User
from cs.web.access import public, signed_in
from cs.web.devices import login_source, remember_device
from cs.web.passwords import password_fault, too_many_wrong
from cs.web.responses import go, say, show
from cs.web.submission import Outcome, press
from cs.web.tracing import trace
from cs.wording.labels import role_name
from cs.wording.language import LANGUAGES

blueprint = Blueprint("auth", __name__)
MAX_URL_LENGTH = 2000


def _safe_url(url: str | None) -> str:
    """Return a URL of this site that can be opened; that of My work for anything else."""
    home = url_for("desk.index")
    if not url or not _is_local_path(url):
        return home
    adapter = current_app.create_url_adapter(request)
    try:
        adapter.match(unquote(urlsplit(url).path), "GET")  # type: ignore[union-attr]
    except RequestRedirect:
        return url
    except (HTTPException, ValueError):
        return home
    return url


def _is_local_path(url: str) -> bool:
    if len(url) > MAX_URL_LENGTH or not url.startswith("/") or url.startswith("//") or "\\" in url:
        return False
    # Browsers drop tabs and line ends: "/<tab>/elsewhere" would lead to another site.
    return not any(character < " " for character in url)


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Sign in. Wrong passwords make whoever types them wait, even over a restart, and nobody else."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(_safe_url(request.args.get("next")))
    form = LoginForm()
    if not form.validate_on_submit():
        return _login_page(form, 422 if form.is_submitted() else 200)
    user = User.by_username(form.username.data)
    source = login_source(user)
    seconds = LoginFailure.seconds_left(form.username.data, source, datetime.now(UTC))
    if seconds:  # before the password is checked, which takes its time
        return _wait_page(form, seconds)
    is_right = _check_password(user, form.password.data)
    user_id = user.id if user is not None and is_right else None
    return press(lambda: _try_login(form, source, user_id))


def _try_login(form: LoginForm, source: str, user_id: int | None) -> Outcome:
    """Begin a session of the person, None for a wrong password; tries sent at once are counted one after
    another."""
    on, username, here = datetime.now(UTC), form.username.data, url_for("auth.login")
    seconds = LoginFailure.seconds_left(username, source, on)
    if seconds:
        return Outcome(here, lambda: _wait_page(form, seconds))
    user = db.session.get(User, user_id) if user_id is not None else None
    if user is not None and user.active:
        LoginFailure.clear(username, source)
        if user.first_password_is_spent(on):
            return Outcome(here, lambda: _login_page(form, 422, spent_first_password()))
        return _begin_session(user, request.args.get("next"), on)
    LoginFailure.add(username, source, on)
    person = User.by_username(username)  # of others only that somebody tried: it may be a password
    trace("wrong_password", person.id if person else None)
    seconds = LoginFailure.seconds_left(username, source, on)
    if seconds:
        return Outcome(here, lambda: _wait_page(form, seconds))
    return Outcome(here, lambda: _login_page(form, 422, gettext("Username or password is wrong.")))


def spent_first_password() -> str:
    return str(
        gettext(
            "This first password works no more: it was used once or is too old. Ask the administrator for a "
            "new account slip."
        )
    )


def _wait_page(form: LoginForm, seconds: int) -> Response:
    response = _login_page(form, 429, too_many_wrong(seconds))
    response.headers["Retry-After"] = str(seconds)
    return response


def _login_page(form: LoginForm, status: int, error: str | None = None) -> Response:
    return show("auth/login.html", form=form, error=error, status=status, **_demo_accounts())


def _check_password(user: User | None, password: str) -> bool:
    """Check the password; for an unknown or departed person this takes as long as for a known one."""
    if user is None or not user.active:
        return User.check_nobody(password)
    return user.check_password(password)


def _begin_session(user: User, next_url: str | None, on: datetime) -> Outcome:
    """Begin a new session; of the browser's previous one only the chosen language stays."""
    previous = LoginSession.by_token(session.get("_user_id", ""))
    if previous is not None:
        previous.end(on)
    user.language = session.get("language") or user.language
    user.login_token = LoginSession.start(user, request.user_agent.string, on)
    user_id = user.id

    def answer() -> Response:
        session.clear()  # with it the CSRF token
        g.pop("_login_user", None)
        login_user(user)
        session.permanent = True
        response = redirect(_safe_url(next_url), 303)
        remember_device(response, user_id)
        trace("login", user_id)
        return response

    return Outcome(url_for("desk.index"), answer)


def _demo_accounts() -> dict[str, Any]:
    if not current_app.config.get("CS_DEMO"):
        return {}
    return {"demo_accounts": [(code, role_name(code)) for code in rulebook().roles], "demo_password": "demo"}


@blueprint.route("/logout", methods=["POST"])
@signed_in
def logout() -> ResponseReturnValue:
    """End this session; with `everywhere`, all sessions of the person. With the last one their drafts end."""
    on, token, user_id = datetime.now(UTC), current_user.login_token, current_user.id

    def act() -> Outcome:
        login_session = LoginSession.by_token(token)
        if login_session is not None:
            login_session.end(on)
            if request.form.get("everywhere"):
                login_session.user.end_sessions(by=login_session.user, on=on)
            Draft.end_with_last_session(login_session.user, on)
        return Outcome(url_for("auth.login"), answer)

    def answer() -> Response:
        session.clear()
        trace("logout", user_id)
        response = go(url_for("auth.login"))
        if request.is_secure:  # elsewhere browsers ignore it
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return press(act)


@blueprint.route("/language", methods=["POST"])
@public
def language() -> ResponseReturnValue:
    """Switch the language of this browser, and of the person who is signed in."""
    chosen = request.form.get("language")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen

    def act() -> Outcome:
        current_user.language = chosen
        return Outcome(url_for("desk.index"), answer)

    def answer() -> Response:
        return redirect(_safe_url(request.form.get("next")), 303)

    return press(act) if current_user.is_authenticated else answer()


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """Show the person's roles and sessions, and accept a new password, which ends all other sessions."""
    form = OwnPasswordForm()
    if form.validate_on_submit():
        fault = password_fault(
            form.current_password.data, gettext("This is not your password."), datetime.now(UTC)
        )
        if fault:
            form.fault("current_password", fault)
        elif form.new_password.data == form.current_password.data:
            form.fault("new_password", gettext("The new password must differ from the current one."))
        else:
            return press(lambda: _change_password(form.new_password.data))
    on = datetime.now(UTC)
    sessions = [row for row in LoginSession.of(current_user) if row.is_live(on)]
    return show(
        "auth/account.html",
        form=form,
        covers=g.login_session.password_covers(on),
        sessions=sessions,
        here=g.login_session.token_hash,
        status=422 if form.errors else 200,
    )


@blueprint.route("/account/end-session", methods=["POST"])
@signed_in
def end_session() -> ResponseReturnValue:
    """End one session of the person, such as that of a tablet elsewhere."""

    def act() -> Outcome:
        typed = request.form.get("session")
        own = [row for row in LoginSession.of(current_user) if row.token_hash == typed]
        login_session = own[0] if own else abort(404)
        login_session.end(datetime.now(UTC))
        say(gettext("%(device)s is signed out.", device=login_session.device))
        return Outcome(url_for("auth.account"))

    return press(act)


@blueprint.route("/account/ask-again", methods=["POST"])
@signed_in
def ask_again() -> ResponseReturnValue:
    """Make the next signature ask for the password, in every session of the person."""

    def act() -> Outcome:
        LoginSession.ask_again(current_user)
        say(gettext("The next signature asks for your password."))
        return Outcome(url_for("auth.account"))

    return press(act)


def _change_password(password: str) -> Outcome:
    on, user = datetime.now(UTC), db.session.get_one(User, current_user.id)
    user.set_password(password, by=user, on=on)
    user.login_token = LoginSession.start(user, request.user_agent.string, on)

    def answer() -> Response:
        say(gettext("Your password is changed. All your other sessions have ended."))
        g.pop("_login_user", None)
        login_user(user)
        return go(url_for("desk.index"))

    return Outcome(url_for("desk.index"), answer)


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
def setup(token: str) -> ResponseReturnValue:
    """Create the first administrator, by the one-time link that the server printed."""
    if not SetupLink.is_valid(token):
        abort(404)
    form = SetupForm()
    if form.validate_on_submit():
        return press(lambda: _create_administrator(form, token))
    return show("auth/setup.html", form=form, status=422 if form.errors else 200)


def _create_administrator(form: SetupForm, token: str) -> Outcome:
    if not SetupLink.is_valid(token):
        abort(404)
    on = datetime.now(UTC)
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
    return _begin_session(user, None, on)


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
@public
def welcome(token: str) -> ResponseReturnValue:
    """Choose the first password, by the one-time link on a person's account slip."""
    person = AccountLink.user_of(token, datetime.now(UTC))
    form = FirstPasswordForm()
    if person is None:
        return show("auth/welcome.html", form=form, person=None, status=404)
    form.person = person
    if form.validate_on_submit():
        return press(lambda: _choose_first_password(form, token))
    return show("auth/welcome.html", form=form, person=person, status=422 if form.errors else 200)


def _choose_first_password(form: FirstPasswordForm, token: str) -> Outcome:
    on = datetime.now(UTC)
    person = AccountLink.user_of(token, on)
    if person is None:
        abort(404)
    person.set_password(form.new_password.data, by=person, on=on)
    AccountLink.use_up(person)
    return _begin_session(person, None, on)


SECTION = Section(blueprint)
