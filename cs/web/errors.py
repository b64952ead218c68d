"""Error pages: what happened, and what to do next. Never a bare 500."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from cs.extensions import db, is_disk_full, login_manager
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.records.company import forget_company
from cs.web.responses import show

log = logging.getLogger(__name__)


def _error_texts(code: int) -> tuple[str, str, str]:
    """Return the title, what happened and what to do next."""
    pages = {
        400: (
            gettext("This request could not be read"),
            gettext("Something in the URL or the form is not what this page expects."),
            gettext("Go back, load the page again and try once more."),
        ),
        403: (
            gettext("You don't have permission for this"),
            gettext("Your role does not have this permission. Nothing was changed."),
            gettext("If you should have it, ask the administrator to check your roles."),
        ),
        404: (
            gettext("There is no such page or record"),
            gettext("The URL may be mistyped, or the link is out of date."),
            gettext("Look for the record in its list."),
        ),
        405: (
            gettext("This URL cannot be used that way"),
            gettext("It accepts only another kind of request."),
            gettext("Go back and use the page's own buttons."),
        ),
        409: (
            gettext("This record has changed"),
            gettext("The record has changed since you opened it. Nothing was saved."),
            gettext("Open the record and check its current state."),
        ),
        413: (
            gettext("That is too much at once"),
            gettext("The files or the text are larger than this program accepts. Nothing was saved."),
            gettext("Go back: what you typed is still there. Choose smaller files."),
        ),
        500: (
            gettext("Something went wrong here"),
            gettext("The program made an error. It has been logged; nothing was partly saved."),
            gettext("Try once more. If it happens again, tell the administrator what you were doing."),
        ),
        503: (
            gettext("The program is busy"),
            gettext("The database did not answer in time. Nothing was saved."),
            gettext("Wait a moment and submit it again."),
        ),
        507: (
            gettext("The disk is full"),
            gettext("There is no space left to save anything. Nothing was partly saved."),
            gettext("Tell the administrator; what is saved can still be read."),
        ),
    }
    return pages.get(code, pages[500] if code >= 500 else pages[400])


def _error_page(code: int) -> Response:
    """Show the error page; as to nobody where the database cannot say who is signed in."""
    try:
        db.session.rollback()
        return _show_error(code)
    except SQLAlchemyError:
        g._login_user = login_manager.anonymous_user()
        forget_company()
        return _show_error(code)


def _show_error(code: int) -> Response:
    title, happened, todo = _error_texts(code)
    return show("error.html", status=code, code=code, title=title, happened=happened, todo=todo)


def init_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | HTTPException:
        if error.code is None or error.code < 400:
            return error
        return _error_page(error.code)

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Response:
        return _error_page(400)

    @app.errorhandler(NotAllowed)
    def not_allowed(_error: NotAllowed) -> Response:
        return _error_page(403)

    @app.errorhandler(NotOpen)
    @app.errorhandler(StaleDataError)
    def not_open(_error: Exception) -> Response:
        return _error_page(409)

    @app.errorhandler(OperationalError)
    def database(error: OperationalError) -> Response:
        log.exception("database: %s %r", request.method, request.path)
        return _error_page(507 if is_disk_full(error) else 503)

    @app.errorhandler(OSError)
    def disk(error: OSError) -> Response:
        log.exception("system: %s %r", request.method, request.path)
        return _error_page(507 if is_disk_full(error) else 500)

    @app.errorhandler(Exception)
    def broken(_error: Exception) -> Response:
        log.exception("fault: %s %r", request.method, request.path)
        return _error_page(500)
