"""Fixtures of all tests. `app` is new for each test: its database is a copy of a template that is made once a
session.

Everything under tests/models and tests/pages runs on SQLite and on a real PostgreSQL; `--database sqlite`
leaves the second out, and a test marked `sqlite` asks for the first alone. Tests of pure rules ask for no app
and run once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from sqlalchemy import update

from cs.extensions import db
from cs.models.customers import Customer, Product, Shipment
from cs.models.replenishments import Replenishment
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests import support
from tests.returned import Replenishments, Returns
from tests.support import Browser, Cases, PostgresSite, Site, SqliteSite
from tests.tables import ROLES

BOTH = ("models", "pages")  # folders whose tests run on both databases


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="on which database(s) the tests run",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: says nothing about the database, so one of them is enough")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    wanted = metafunc.config.getoption("--database")
    both = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0] in BOTH
    one = not both or metafunc.definition.get_closest_marker("sqlite") is not None
    names = ("sqlite",) if one else ("sqlite", "postgresql") if wanted == "both" else (wanted,)
    marked = [
        pytest.param(name, marks=[pytest.mark.postgres] if name == "postgresql" else []) for name in names
    ]
    metafunc.parametrize("database", marked, scope="session")


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def site(database: str) -> Iterator[Site]:
    folder = support.scratch()
    made = SqliteSite(folder) if database == "sqlite" else PostgresSite(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def app(site: Site) -> Flask:
    """The app on a fresh database with a person for each role, a customer, a product, and a shipment."""
    return site.fresh()


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    """An app context for the whole test: for records and verbs, never for pages."""
    with app.app_context():
        yield


@pytest.fixture
def on() -> datetime:
    """The moment of the test. Views read the clock, so page tests are now; tests/models fixes a Tuesday."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def people(app: Flask) -> dict[str, User]:
    """{role: the person who holds it and no other}; username and role are one word, the password is
    support.PASSWORD."""
    found = {}
    with support.kept(app):
        for role in ROLES:
            found[role] = User.by_username(role)
    return found


@pytest.fixture
def paused(app: Flask) -> None:
    """A factory whose procedure file lets the limit stand still while a sample is awaited."""
    book = app.extensions["rulebook"]
    app.extensions["rulebook"] = replace(book, reply=replace(book.reply, paused_by_sample=True))


@pytest.fixture
def customer(app: Flask) -> Customer:
    return support.loaded(app, Customer, 1)


@pytest.fixture
def product(app: Flask) -> Product:
    return support.loaded(app, Product, 1)


@pytest.fixture
def shipment(app: Flask) -> Shipment:
    return support.loaded(app, Shipment, 1)


@pytest.fixture
def complaint_in(app: Flask, people: dict[str, User], on: datetime) -> Callable[..., Any]:
    """complaint_in(state, route=, answered=, **fields): a complaint brought there through the verbs,
    committed."""
    cases, made = Cases(people, on), []

    def make(state: str, **options: Any) -> Any:
        with support.kept(app):  # objects are detached on leaving it, so they are given back after that
            made.append(cases(state, **options))
        return made[-1]

    return make


@pytest.fixture
def return_in(app: Flask, people: dict[str, User], on: datetime) -> Callable[..., Any]:
    """return_in(state, …): a return brought there through the verbs (tests.returned), committed."""
    build, made = Returns(people, on), []

    def make(state: str, **options: Any) -> Any:
        with support.kept(app):
            made.append(build(state, **options))
        return made[-1]

    return make


@pytest.fixture
def filed(
    app: Flask, people: dict[str, User], on: datetime, complaint_in: Callable[..., Any]
) -> Callable[..., Any]:
    """filed(state, …): a replenishment of one complaint brought there through the verbs (tests.returned),
    committed.

    filed.build: its builder; filed.then(record, role, …): who signs it next.
    """
    build, made = Replenishments(people, on, complaint_in("analysing").id), []

    def make(state: str = "filed", **options: Any) -> Any:
        with support.kept(app):
            made.append(build(state, **options))
        return made[-1]

    def then(record: Replenishment, *roles: str) -> None:
        with support.kept(app):
            for role in roles:
                build.sign(db.session.get_one(Replenishment, record.id), role)

    make.build, make.then = build, then  # type: ignore[attr-defined]
    return make


@pytest.fixture
def sessions(app: Flask) -> Callable[..., None]:
    """Changes all sessions on the server: sessions(seen_at=…)."""

    def change(**values: Any) -> None:
        with app.app_context():
            db.session.execute(update(LoginSession).values(**values))
            db.session.commit()

    return change


@pytest.fixture
def as_role(app: Flask) -> Callable[..., Browser]:
    """as_role(role, htmx=False, language='zh'): a browser in which that person is signed in; None: nobody."""
    assert not has_app_context()
    return lambda role, **options: Browser(app, role, **options)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """with count_queries() as ran: … then len(ran)."""
    return lambda: support.queries(app)
