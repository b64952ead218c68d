"""The password asked for again: for a signature, and before it is changed."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from flask_login import current_user

from cs.extensions import begin_write, db
from cs.records.sessions import LoginFailure


def password_fault(typed: str | None, wrong: str, on: datetime) -> str | None:
    """Return why the password is refused (`wrong`, or that the login is blocked); None where it is right.

    Wrong tries count like those of the login and under the lock, so that nobody guesses on an open tablet or
    by many requests at once.
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
        blocked: str = gettext("Too many wrong passwords. Please wait %(minutes)s min.", minutes=minutes)
        return blocked
    return None if right else wrong
