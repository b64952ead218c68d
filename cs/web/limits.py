"""How much a request may hold, by its route: refused with 413 before it is read.

Reading what was typed takes time: 9 MB of percent signs hold a thread for seconds. So a page that needs no
login reads some kilobytes, a form without files what people type, and a form with files their megabytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request, session

View = TypeVar("View", bound=Callable[..., Any])
KILOBYTE = 1024
PUBLIC_BYTES = 16 * KILOBYTE
TYPED_BYTES = 512 * KILOBYTE  # some 50 000 Chinese characters, as browsers write them
MAX_FIELDS = 2000
URLENCODED = "application/x-www-form-urlencoded"


def takes_files(view: View) -> View:
    """Let files come with the forms of this view."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_limits(app: Flask) -> None:
    # First of all: the CSRF check and the login read the form.
    app.before_request_funcs.setdefault(None, []).insert(0, _limit_body)


def _limit_body() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    is_public = getattr(view, "access", None) == "public"
    request.max_form_parts = MAX_FIELDS
    if is_public:
        request.max_content_length = PUBLIC_BYTES
    elif request.mimetype != "multipart/form-data" or not getattr(view, "takes_files", False):
        request.max_content_length = TYPED_BYTES
    # Of others nothing is read at all: they are led to the login.
    if request.mimetype == URLENCODED and (is_public or "_user_id" in session):
        _limit_fields()


def _limit_fields() -> None:
    if request.get_data(cache=True).count(b"&") >= MAX_FIELDS:
        abort(413)
