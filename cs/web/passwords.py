"""The password asked for again: for a signature, and before it is changed."""

from __future__ import annotations

import math
from datetime import datetime

from flask import g, request
from flask_babel import gettext
from flask_login import current_user

from cs.extensions import begin_write, db
from cs.records.company import company
from cs.records.login_failures import LoginFailure
from cs.records.procedure import rulebook
from cs.records.search import in_latin_letters
from cs.web.tracing import trace

MAX_SECONDS_IN_WORDS = 120  # more are said in minutes


def password_fault(typed: str | None, wrong: str, on: datetime) -> str | None:
    """Return why the password is refused (`wrong`, or that the person must wait); None where it is right.

    Wrong tries are counted by session and under the lock, so that nobody guesses on an open tablet or by
    many requests at once, and no wrong password elsewhere refuses the right one here.
    """
    if not typed:
        return wrong
    username, source = current_user.username, f"session {g.login_session.token_hash}"
    seconds = LoginFailure.seconds_left(username, source, on)
    if seconds:
        return too_many_wrong(seconds)
    right = current_user.check_password(typed)
    begin_write()
    seconds = LoginFailure.seconds_left(username, source, on)
    if right and not seconds:
        LoginFailure.clear(username, source)
    elif not seconds:
        LoginFailure.add(username, source, on)
        trace("wrong_password", current_user.id, request.path)
    db.session.commit()
    if seconds:
        return too_many_wrong(seconds)
    return None if right else wrong


def own_words(username: str, name: str) -> list[str]:
    """Return what others would try first for this person: their names, the procedure, the company."""
    procedure = rulebook().procedure
    names = [company().name.zh, company().name.en, procedure.number]
    return [username, name, in_latin_letters(name), *names]


def too_easy() -> str:
    return str(
        gettext(
            "This password is among the first that others would try. Use several words, without your name "
            "and the procedure's number."
        )
    )


def too_many_wrong(seconds: int) -> str:
    """Return the message of how long to wait after wrong passwords."""
    if seconds <= MAX_SECONDS_IN_WORDS:
        return str(gettext("Too many wrong passwords. Please try again in %(seconds)s s.", seconds=seconds))
    minutes = math.ceil(seconds / 60)
    return str(gettext("Too many wrong passwords. Please try again in %(minutes)s min.", minutes=minutes))
