"""The password asked again: for a signature, and before it is replaced by a new one."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from flask_login import current_user

from cs.extensions import begin_write, db
from cs.records.sessions import LoginFailure


def password_fault(typed: str | None, wrong: str, on: datetime) -> str | None:
    """Why this is not the person's own password (`wrong`, or that the login is closed); None when it is.

    It is asked and counted like that of the login, under the lock: guessing on an open tablet leads nowhere,
    nor do many tries at once.
    """
    if not typed:
        return wrong
    right, username = current_user.check_password(typed), current_user.username
    begin_write()
    minutes = LoginFailure.minutes_left(username, on)
    if not right and not minutes:
        LoginFailure.add(username, on)
    db.session.commit()
    if minutes:
        return gettext("Too many wrong passwords. Please wait %(minutes)s min.", minutes=minutes)
    return None if right else wrong
