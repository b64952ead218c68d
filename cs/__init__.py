"""The program: how its parts are joined."""

from __future__ import annotations

import logging
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import URL, make_url

import config

if TYPE_CHECKING:
    from cs.records.sections import Sections

MEGABYTE = 1024 * 1024
FORM_BYTES = 16 * MEGABYTE  # what is typed into one form; more is refused before it is read


def create_app(settings: dict[str, Any] | None = None, sections: Sections | None = None) -> Flask:
    """Return the app of one site. `settings` override the environment; a wrong procedure file stops the
    start (ProcedureError)."""
    # Imported here, so that `cs.procedure` can be read and tested without the app around it.
    from cs.blueprints import SECTIONS
    from cs.cli import commands
    from cs.extensions import babel, init_extensions
    from cs.files.store import FILE_TYPES, FileStore
    from cs.procedure import rulebook
    from cs.queries.escalation import check_rules
    from cs.web import errors
    from cs.web import layout as shell
    from cs.web.hosts import init_hosts
    from cs.web.limits import init_limits
    from cs.web.tracing import init_tracing
    from cs.wording.language import select_language
    from cs.wording.template_words import init_words

    app = Flask(__name__)
    app.config.update(config.load() | (settings or {}))
    _configure(app)
    folder: Path = app.config["CS_DATA"]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    path = app.config["CS_PROCEDURE"]
    app.extensions["rulebook"] = rulebook.load(Path(path) if path else None)
    endings = app.config["CS_FILE_TYPES"] or tuple(FILE_TYPES)
    app.extensions["files"] = FileStore(
        folder / "files",
        {ending: FILE_TYPES.get(ending, "") for ending in endings},
        app.config["CS_FILE_MB"] * MEGABYTE,
    )
    init_extensions(app)
    babel.init_app(app, locale_selector=select_language)
    init_words(app)
    app.extensions["sections"] = sections or SECTIONS
    for section in app.extensions["sections"]:
        app.register_blueprint(section.blueprint)
    check_rules(app.extensions["rulebook"])
    shell.init_shell(app)
    init_tracing(app)
    init_limits(app)
    init_hosts(app)
    errors.init_errors(app)
    commands.init_commands(app)
    return app


def _configure(app: Flask) -> None:
    """Set up what follows from the settings: the data folder with its secret, the database, the limits, the
    cookie."""
    from cs import site

    folder = Path(app.config["CS_DATA"]).absolute()
    site.make_folder(folder)
    secret = site.secret_key(folder)
    app.config.update(
        CS_DATA=folder,
        SECRET_KEY=secret,
        # two sites on one host do not sign each other out
        SESSION_COOKIE_NAME=f"cs_{sha256(secret.encode()).hexdigest()[:8]}",
        MIGRATIONS=Path(__file__).parent.parent / "migrations",
        SQLALCHEMY_DATABASE_URI=database_url(app.config["DATABASE_URL"], folder),
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(app.config),
        WTF_CSRF_TIME_LIMIT=None,  # a form on a tablet may stay open for a shift
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_CONTENT_LENGTH=app.config["CS_FILE_MB"] * MEGABYTE * app.config["CS_FILES_AT_ONCE"] + FORM_BYTES,
        PERMANENT_SESSION_LIFETIME=timedelta(days=app.config["CS_SESSION_DAYS"]),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,  # a page that refreshes itself must not bring an old cookie back
        SESSION_COOKIE_SECURE=app.config["CS_HTTPS"],
        CS_DEMO=(folder / site.DEMO_MARK).exists(),
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_TRANSLATION_DIRECTORIES=str(site.compiled_translations(folder)),
        BABEL_DEFAULT_TIMEZONE=app.config["CS_TIMEZONE"],
    )


def database_url(address: str, folder: Path) -> URL:
    """Return where the database is: PostgreSQL when an address names it, else a file in the data folder."""
    if not address:
        return URL.create("sqlite", database=str(folder / "cs.db"))
    url = make_url(address)
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgres", "postgresql") else url


def _engine_options(settings: dict[str, Any]) -> dict[str, Any]:
    if settings["DATABASE_URL"]:
        return {"pool_pre_ping": True}
    return {"connect_args": {"timeout": settings["CS_WAIT_SECONDS"]}}
