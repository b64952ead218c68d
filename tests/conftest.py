"""Fixtures of all tests. `app` is new for each test: its database is a copy of a template that is made once a
session.

Tests under tests/models and tests/pages run on SQLite; those marked `both_databases`, whose statements or
locks may act otherwise on PostgreSQL, run on a real one as well. `--all-on-postgres` takes the others there
too, `--database` chooses one of the two, and a test marked `sqlite` asks for the first alone. Tests of pure
rules ask for no app and run once.

Hypothesis tries few examples; `--hypothesis-profile thorough` tries many.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from hypothesis import settings
from sqlalchemy import update

from cs.extensions import db
from cs.models.customers import Customer, Product, Shipment
from cs.models.replenishments.application import Replenishment
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests import support
from tests.returned import Replenishments, Returns
from tests.support import Browser, Cases, PostgresSite, Site, SqliteSite

BOTH = ("models", "pages")  # folders whose tests may run on both databases
GARBAGE_THRESHOLD = 20_000  # new objects between two collections; Python's own is 700

settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="on which database(s) the tests run",
    )
    parser.addoption(
        "--all-on-postgres",
        action="store_true",
        help="run every test of records and pages on PostgreSQL too, not only those marked both_databases",
    )


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: modules, mappers, templates and test items."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    marked = [
        pytest.param(name, marks=[pytest.mark.postgres] if name == "postgresql" else [])
        for name in databases_of(metafunc)
    ]
    metafunc.parametrize("database", marked, scope="session")


def databases_of(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """Return the databases on which a test runs."""
    test, config = metafunc.definition, metafunc.config
    folder = test.path.relative_to(Path(__file__).parent).parts[0]
    if folder not in BOTH or test.get_closest_marker("sqlite"):
        return ("sqlite",)
    if (wanted := config.getoption("--database")) != "both":
        return (wanted,)
    if test.get_closest_marker("both_databases") or config.getoption("--all-on-postgres"):
        return ("sqlite", "postgresql")
    return ("sqlite",)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def sites() -> Iterator[dict[str, Site]]:
    """The sites that were made, by database. They outlive a change of the database between two tests, which a
    worker that runs file by file meets in every file."""
    made: dict[str, Site] = {}
    yield made
    for site in made.values():
        site.close()
        shutil.rmtree(site.scratch, ignore_errors=True)


@pytest.fixture(scope="session")
def site(database: str, sites: dict[str, Site]) -> Site:
    if database not in sites:
        folder = support.scratch()
        sites[database] = SqliteSite(folder) if database == "sqlite" else PostgresSite(folder)
        sites[database].scratch = folder
    return sites[database]


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
    return support.people(app)


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


@pytest.fixture
def nobody_in_place(app):
    """A procedure file by which nobody signs in the place of a manager (Q24)."""
    book = app.extensions["rulebook"]
    rule = replace(book.replenishment, in_place="nobody")
    app.extensions["rulebook"] = replace(book, replenishment=rule)
