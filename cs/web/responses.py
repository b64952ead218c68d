"""How a page is answered. The one place that knows htmx's headers."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, get_flashed_messages, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse


def is_htmx() -> bool:
    """True when htmx asks for a part of the page; a history restore gets the whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def is_poll() -> bool:
    """True for a page that refreshes itself: that is no activity of its person."""
    return request.headers.get("X-Poll") == "1"


def show(template: str, part: str | None = None, /, *, status: int = 200, **context: Any) -> Response:
    """The page, or to htmx its fragment with the messages that are due."""
    if part is not None and is_htmx():
        body = render_template(part, **context)
        if get_flashed_messages():
            body += render_template("_messages.html", out_of_band=True)
        response = make_response(body, status)
    else:
        response = make_response(render_template(template, **context), status)
    response.headers["Vary"] = "HX-Request"
    return response


def go(address: str) -> BaseResponse:
    """On to another page: 303 for a plain browser, the same by htmx."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def swap_record(address: str, template: str, part: str, /, **context: Any) -> BaseResponse:
    """After a step: to htmx the changed record in its place, to a plain browser 303 to its page."""
    if not is_htmx():
        return redirect(address, 303)
    response = show(template, part, **context)
    response.headers.update(
        {"HX-Retarget": "#record", "HX-Reswap": "outerHTML show:top", "HX-Push-Url": address}
    )
    return response


def go_within(address: str, target: str) -> BaseResponse:
    """On to another page; by htmx only the part of it that this page has too is fetched and put in its
    place."""
    if not is_htmx():
        return redirect(address, 303)
    where = {"path": address, "target": target, "swap": "outerHTML"}
    return Response(status=200, headers={"HX-Location": json.dumps(where), "HX-Reswap": "none"})


def say(message: str, category: str = "success") -> None:
    flash(message, category)
