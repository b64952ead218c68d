"""The proof, in a hidden field of a step's form, that it was opened by a person who then had the relation to
the record that the step asks for.

Who has lost the relation since, because the record moved on, is told what has happened (409). Who never had
it is refused (403).
"""

from __future__ import annotations

from flask import current_app, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer


def proof_of_opening() -> str:
    """Return the proof for the form of this URL and the person who is signed in."""
    return str(_serializer().dumps([current_user.id, request.path]))


def was_opened(proof: str | None) -> bool:
    """Return whether it is the proof for this form and this person."""
    try:
        return bool(_serializer().loads(proof or "") == [current_user.id, request.path])
    except (BadData, UnicodeError):
        return False


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="opened-form")
