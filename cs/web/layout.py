"""What surrounds every page: who is signed in, the headers, the navigation, the htmx script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import files as files_of
from pathlib import Path
from typing import Any, cast

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
from cs.records.sections import Section, sections
from cs.records.sessions import LoginSession
from cs.records.users import User
from cs.web.access import public
from cs.web.drafts import form_url, save_draft
from cs.web.responses import go, is_htmx, is_poll, say
from cs.wording.language import current_language

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
KEPT_ENDPOINTS = OPEN_ENDPOINTS | {"htmx"}  # which browsers may keep: nothing in them is of anybody
ACTIVITY_STEP = timedelta(minutes=1)  # to which the last activity of a session is noted


def init_shell(app: Flask) -> None:
    # Before the CSRF check, which would refuse the form of an ended session instead of saving it as a draft.
    app.before_request_funcs.setdefault(None, []).insert(0, _require_login)
    app.after_request(_add_security_headers)
    app.context_processor(_layout_context)
    app.add_url_rule("/assets/htmx.js", "htmx", htmx)
    login_manager.user_loader(_person_of_session)


def _person_of_session(token: str) -> User | None:
    """Return the person of a live session."""
    login_session = LoginSession.by_token(token)
    if login_session is None or not login_session.is_live(datetime.now(UTC)):
        return None
    person = cast(User, login_session.user)
    g.login_session = login_session
    person.login_token = token  # type: ignore[misc]  # a ClassVar so that it is no column
    return person


def _require_login() -> BaseResponse | None:
    """Send everyone who is not signed in to the login, except from public views.

    A form that arrives after the session has ended is saved as a draft.
    """
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    if getattr(current_app.view_functions[request.endpoint], "access", None) == "public":
        return None
    if not current_user.is_authenticated:
        return _go_to_login()
    if not is_poll():
        _note_activity()
    if current_user.must_change and request.endpoint not in ("auth.account", "auth.logout", "auth.language"):
        say(gettext("Please choose a password of your own first."), "info")
        return go(url_for("auth.account"))
    return None


def _go_to_login() -> BaseResponse:
    address = request.full_path.rstrip("?")
    if request.method not in ("GET", "HEAD"):
        address = form_url()
        if _save_draft_of_ended_session():
            say(
                gettext("Your session has ended. What you entered is saved: sign in again to continue."),
                "warning",
            )
        else:
            say(gettext("Your session has ended. Nothing was changed. Please sign in again."), "warning")
    elif is_htmx():
        address = request.headers.get("HX-Current-URL", "/").removeprefix(request.host_url.rstrip("/"))
    return go(url_for("auth.login", next=address if address != "/" else None))


def _save_draft_of_ended_session() -> bool:
    """Save what was typed into a form for the person whose session has ended; never a password.

    The ended token in the cookie says whose session it was, the CSRF token that the form is ours.
    """
    ended = LoginSession.by_token(session.get("_user_id", ""))
    if ended is None or not ended.user.active:
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
    person_id = ended.user_id
    begin_write()
    typed = MultiDict(
        (name, value) for name, value in request.form.items(multi=True) if "password" not in name
    )
    saved = save_draft(db.session.get_one(User, person_id), form_url(), typed, datetime.now(UTC))
    if saved:
        db.session.commit()
    return saved


def _note_activity() -> None:
    """Note the time of the person's last request, once a minute at most.

    A page that only reads must not fail when the database is too busy for this.
    """
    on = datetime.now(UTC)
    if on - g.login_session.seen_at <= ACTIVITY_STEP:
        return
    token = current_user.login_token
    try:
        begin_write(wait=0.2)
        db.session.get_one(LoginSession, g.login_session.token_hash).seen_at = on
        db.session.commit()
    except OperationalError:
        db.session.rollback()
    g.login_session = LoginSession.by_token(token)


def _add_security_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in KEPT_ENDPOINTS:
        response.headers["Cache-Control"] = "no-store"  # whatever a view says: a shared tablet keeps nothing
    return response


def _highlighted_section() -> str:
    """Return the name of the section whose entry in the navigation this page highlights.

    The page of a file highlights the section of its record, an import that of its records.
    """
    values = request.view_args or {}
    section: Section | None = sections().of_kind(values["kind"]) if "kind" in values else None
    section = section or sections().named(values.get("section")) or sections().named(request.blueprint)
    return (section.part_of or section.name) if section else ""


def _layout_context() -> dict[str, Any]:
    signed_in = current_user.is_authenticated
    section = _highlighted_section()
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
        "language": current_language(),
        "may": lambda permission: signed_in and current_user.may(Permission(permission)),
        "htmx_cdn": HTMX_CDN if current_app.config["CS_HTMX_CDN"] else None,
        "htmx_local": url_for("htmx"),
    }


@public
def htmx() -> Response:
    """Serve htmx from its package for when the CDN does not answer: the same bytes."""
    names = [name for name in files_of("django-htmx") or [] if name.name == "htmx-2.min.js"]
    return send_file(Path(str(names[0].locate())), mimetype="text/javascript", max_age=86400)
