"""Usernames and passwords as they are stored and handed out."""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from flask import current_app

ONE_TIME_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # without what is misread on paper: 0 o, 1 l


def password_hasher() -> PasswordHasher:
    cost = current_app.config["CS_PASSWORD_COST"]
    return PasswordHasher(time_cost=cost, memory_cost=64 * 1024 if cost > 1 else 1024, parallelism=1)


def normal_username(typed: str) -> str:
    """Return a username as it is stored and looked up, regardless of case, outer spaces and full-width
    letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def one_time_password() -> str:
    """Return a password to hand over on paper: four groups of four letters, 79 bits. Its owner replaces
    it at the first login."""
    letters = "".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
