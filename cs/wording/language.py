"""Which language the reader sees."""

from __future__ import annotations

from flask import current_app, has_request_context, request, session
from flask_babel import get_locale
from flask_login import current_user

from cs.procedure.rulebook import Name

LANGUAGES = ("zh", "en")


def select_language() -> str:
    """Return the person's own choice, else the browser's, else the site's default."""
    if not has_request_context():
        return str(current_app.config["CS_LANGUAGE"])
    chosen = current_user.language if current_user.is_authenticated else None
    chosen = chosen or session.get("language")
    return chosen or request.accept_languages.best_match(LANGUAGES) or str(current_app.config["CS_LANGUAGE"])


def current_language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def in_language(name: Name) -> str:
    return name.in_(current_language())
