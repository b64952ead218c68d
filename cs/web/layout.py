"""What surrounds every page: who is signed in, the headers, the navigation, the htmx script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import files as files_of
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, send_file, session, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms import ValidationError

from cs.extensions import begin_write, db, login_manager
from cs.procedure.authority import Permission
from cs.records.procedure import rulebook
from cs.records.sections import sections
from cs.records.sessions import LoginSession
from cs.records.users import User
from cs.web.access import public
from cs.web.drafts import form_address, save_draft
from cs.web.responses import go, is_htmx, is_poll, say
from cs.wording.words import language

HTMX_CDN = {
    "url": "https://cdn.jsdelivr.net/npm/htmx.org@2.0.10/dist/htmx.min.js",
    "integrity": "sha384-H5SrcfygHmAuTDZphMHqBJLc3FhssKjG7w/CeCpFReSfwBWDTKpkzPP8c+cLsK+V",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; script-src 'self' "
    + HTMX_CDN["url"]
    + "; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
}
OPEN_ENDPOINTS = frozenset({"static", "bootstrap.static"})
ACTIVITY = timedelta(minutes=1)  # how exactly the last activity of a session is kept


def init_shell(app: Flask) -> None:
    # Before the CSRF check: a form whose session has ended is to be kept and led to the login, not called
    # unreadable.
    app.before_request_funcs.setdefault(None, []).insert(0, _let_in)
    app.after_request(_seal)
    app.context_processor(_surroundings)
    app.add_url_rule("/assets/htmx.js", "htmx", htmx)
    login_manager.user_loader(_person)


def _person(token: str) -> User | None:
    """The person of a session that the server knows and that has not ended."""
    found = LoginSession.by_token(token)
    if found is None or not found.is_live(datetime.now(UTC)):
        return None
    g.login_session, found.user.login_token = found, token
    return found.user


def _let_in() -> BaseResponse | None:
    """Default deny: all but the public views need a login; a form that comes after the session ended is kept
    as a draft."""
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    if getattr(current_app.view_functions[request.endpoint], "access", None) == "public":
        return None
    if not current_user.is_authenticated:
        return _to_login()
    if not is_poll():
        _note_activity()
    if current_user.must_change and request.endpoint not in ("auth.account", "auth.logout", "auth.language"):
        say(gettext("Please choose a password of your own first."), "info")
        return go(url_for("auth.account"))
    return None


def _to_login() -> BaseResponse:
    address = request.full_path.rstrip("?")
    if request.method not in ("GET", "HEAD"):
        address = form_address()
        if _keep_draft():
            say(
                gettext("Your session has ended. What you entered is saved: sign in again to continue."),
                "warning",
            )
        else:
            say(gettext("Your session has ended. Nothing was changed. Please sign in again."), "warning")
    elif is_htmx():
        address = request.headers.get("HX-Current-URL", "/").removeprefix(request.host_url.rstrip("/"))
    return go(url_for("auth.login", next=address if address != "/" else None))


def _keep_draft() -> bool:
    """Keeps what was typed into the form of a step, for the person whose session has ended; never a password.

    The dead token in the cookie says whose session it was, the CSRF token that the form is ours.
    """
    ended = LoginSession.by_token(session.get("_user_id", ""))
    if ended is None or not ended.user.active:  # nothing of a stranger's is read
        return False
    if (
        "request_id" not in request.form
        or request.url_rule is None
        or "GET" not in (request.url_rule.methods or ())
    ):
        return False
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        return False
    person = ended.user_id
    begin_write()
    typed = MultiDict(
        (name, value) for name, value in request.form.items(multi=True) if "password" not in name
    )
    kept = save_draft(db.session.get_one(User, person), form_address(), typed, datetime.now(UTC))
    if kept:
        db.session.commit()
    return kept


def _note_activity() -> None:
    """Notes that the person is at work, once a minute at most. A page that only reads does not fail for it
    when the database is busy."""
    on = datetime.now(UTC)
    if on - g.login_session.seen_at <= ACTIVITY:
        return
    token = current_user.login_token
    try:
        begin_write(wait=0.2)
        db.session.get_one(LoginSession, g.login_session.token_hash).seen_at = on
        db.session.commit()
    except OperationalError:
        db.session.rollback()
    g.login_session = LoginSession.by_token(token)


def _seal(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in OPEN_ENDPOINTS and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _section() -> str:
    """Return the name of the section whose entry this page highlights: for a file that of the record which it
    belongs to, for an import that of its records."""
    values = request.view_args or {}
    section = sections().of_kind(values["kind"]) if "kind" in values else None
    section = section or sections().named(values.get("section")) or sections().named(request.blueprint)
    return (section.part_of or section.name) if section else ""


def _surroundings() -> dict[str, Any]:
    signed_in = current_user.is_authenticated
    section = _section()
    entries = [
        {
            "endpoint": f"{entry.name}.index",
            "url": url_for(f"{entry.name}.index"),
            "label": entry.label(),
            "icon": entry.icon,
            "active": section == entry.name,
        }
        for entry in sections()
        if signed_in and entry.label and (entry.permission is None or current_user.may(entry.permission))
    ]
    return {
        "navigation": entries,
        "rulebook": rulebook(),
        "language": language(),
        "may": lambda permission: signed_in and current_user.may(Permission(permission)),
        "htmx_cdn": HTMX_CDN if current_app.config["CS_HTMX_CDN"] else None,
        "htmx_local": url_for("htmx"),
    }


@public
def htmx() -> Response:
    """htmx out of its package: the very bytes of the CDN's file, for when the CDN does not answer."""
    names = [name for name in files_of("django-htmx") or [] if name.name == "htmx-2.min.js"]
    return send_file(Path(str(names[0].locate())), mimetype="text/javascript", max_age=86400)
