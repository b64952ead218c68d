"""Which requests leave a trace: refusals, and whatever leaves the site as a file; and how it is written.

Nobody waits for a trace. A request puts it into a queue of its process, and the server's own thread writes
what has gathered; a server that is killed loses the traces of its last second. Under a flood the oldest that
are not yet written give way.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from flask import Flask, Response, current_app, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from cs.extensions import begin_write, db
from cs.records.traces import Trace
from cs.web.layout import KEPT_ENDPOINTS

log = logging.getLogger(__name__)

FILES = "files"  # the blueprint of files on records; other downloads are registers and printed forms
PARTS_OF_PAGES = KEPT_ENDPOINTS | {f"{FILES}.thumbnail", f"{FILES}.logo"}
MAX_QUEUED = 10_000
MAX_TARGET_LENGTH = 200
PAUSE = 1  # seconds between two writings
WAIT = 2  # seconds for another writer; then the traces stay queued


@dataclass(frozen=True)
class _Queued:
    kind: str
    user_id: int | None
    address: str
    target: str
    at: datetime


def trace(kind: str, user_id: int | None, target: str = "") -> None:
    """Queue a trace of this request."""
    address = request.remote_addr or "?"
    _queue().append(_Queued(kind, user_id, address, target[:MAX_TARGET_LENGTH], datetime.now(UTC)))


def init_tracing(app: Flask) -> None:
    app.extensions["traces"] = deque(maxlen=MAX_QUEUED)
    app.after_request(_trace_response)


def _trace_response(response: Response) -> Response:
    if response.status_code == 403:
        _trace_by_person("refused", f"{request.method} {request.path}")
    elif _leaves_as_file(response):
        kind = "download" if request.blueprint == FILES else "export"
        _trace_by_person(kind, request.full_path.rstrip("?"))
    return response


def _leaves_as_file(response: Response) -> bool:
    """Return whether the response is an export, a printed form or a file: no part of the program itself, and
    no preview on a page."""
    if request.endpoint in PARTS_OF_PAGES:
        return False
    return response.status_code in (200, 206) and "Content-Disposition" in response.headers


def _trace_by_person(kind: str, target: str) -> None:
    user_id = current_user.id if current_user.is_authenticated else None
    trace(kind, user_id, target)


def write_queued() -> None:
    """Write what is queued in a transaction of its own. Where the database is busy it stays queued."""
    queue, taken = _queue(), []
    while queue:
        taken.append(queue.popleft())
    if not taken:
        return
    try:
        begin_write(wait=WAIT)
        db.session.add_all([Trace(**vars(queued)) for queued in dict.fromkeys(taken)])
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        queue.extendleft(reversed(taken[: MAX_QUEUED - len(queue)]))
        raise


def _queue() -> deque[Any]:
    queue: deque[Any] = current_app.extensions["traces"]
    return queue


def start_writing(app: Flask) -> None:
    """Write traces as long as this server runs."""
    Thread(target=_keep_writing, args=(app,), name="traces", daemon=True).start()


def _keep_writing(app: Flask) -> None:
    while True:
        time.sleep(PAUSE)
        with app.app_context():
            try:
                write_queued()
            except SQLAlchemyError:
                log.warning("traces: the database is busy")
