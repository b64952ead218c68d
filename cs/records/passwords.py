"""Usernames and passwords as they are stored, and which passwords are too easy."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from argon2 import PasswordHasher
from flask import current_app
from zxcvbn import zxcvbn

MAX_RATED_LENGTH = 72  # what is longer is no common one, and rating it takes long
MIN_SCORE = 2  # of 4: not among the first million that are tried
MIN_SCORE_OF_OWN = 3  # where it holds the person's name or the procedure's number


def password_hasher() -> PasswordHasher:
    cost = current_app.config["CS_PASSWORD_COST"]
    return PasswordHasher(time_cost=cost, memory_cost=64 * 1024 if cost > 1 else 1024, parallelism=1)


def normal_username(typed: str) -> str:
    """Return a username as it is stored and looked up, regardless of case, outer spaces and full-width
    letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def is_easily_guessed(password: str, own_words: Iterable[str]) -> bool:
    """Return whether a password is among the first that are tried: a common one, a row of keys, or one made
    of the person's own words, such as the names or the number of the procedure."""
    words = list(own_words)
    words += [_letters_of(word) for word in words]
    rating: dict[str, Any] = zxcvbn(
        normal_username(password)[:MAX_RATED_LENGTH], user_inputs=[word for word in words if word]
    )
    is_own = any(part.get("dictionary_name") == "user_inputs" for part in rating["sequence"])
    return bool(rating["score"] < (MIN_SCORE_OF_OWN if is_own else MIN_SCORE))


def _letters_of(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum())
