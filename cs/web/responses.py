"""Responses to pages and forms; the only module that knows the headers of htmx."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, get_flashed_messages, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse


def is_htmx() -> bool:
    """Return whether htmx asks for a part of the page; a history restore gets the whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def is_poll() -> bool:
    """Return whether the page refreshes itself, which is no activity of the person."""
    return request.headers.get("X-Poll") == "1"


def show(template: str, part: str | None = None, /, *, status: int = 200, **context: Any) -> Response:
    """Return the page; to htmx its fragment, with the messages that wait to be shown."""
    if part is not None and is_htmx():
        body = render_template(part, **context)
        if get_flashed_messages():
            body += render_template("_messages.html", out_of_band=True)
        response = make_response(body, status)
    else:
        response = make_response(render_template(template, **context), status)
    response.headers["Vary"] = "HX-Request"
    return response


def go(url: str) -> BaseResponse:
    """Redirect to a page: with 303, or by the header of htmx."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def swap_record(url: str, template: str, part: str, /, **context: Any) -> BaseResponse:
    """After a step, return the changed record to htmx, and redirect a plain browser to its page."""
    if not is_htmx():
        return redirect(url, 303)
    response = show(template, part, **context)
    response.headers.update({"HX-Retarget": "#record", "HX-Reswap": "outerHTML show:top", "HX-Push-Url": url})
    return response


def go_within(url: str, target: str) -> BaseResponse:
    """Redirect to a page; htmx fetches only the part of it that replaces `target` on this page."""
    if not is_htmx():
        return redirect(url, 303)
    location = {"path": url, "target": target, "swap": "outerHTML"}
    return Response(status=200, headers={"HX-Location": json.dumps(location), "HX-Reswap": "none"})


def say(message: str, category: str = "success") -> None:
    flash(message, category)
