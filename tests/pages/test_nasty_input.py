"""No 500: every form and every page of the program, with values that no person types. The list of forms comes
from the tables of steps and from the program's own routes, so that a new one is tried too.

A bad value answers with a message and is never stored in silence. Which value goes into which field is
counted through and is the same in every run.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import Draft
from cs.records.events import Event
from cs.records.record import find
from cs.records.users import User
from tests.capas import Capas
from tests.support import PASSWORD, Browser, attach_mail, kept
from tests.tables import (
    CAPA,
    CAPA_SITUATIONS,
    COMPLAINT,
    COMPLAINT_SITUATIONS,
    MASTER,
    REPLENISHMENT,
    REPLENISHMENT_SITUATIONS,
    RETURN,
    RETURN_SITUATIONS,
    Row,
    Situation,
)

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

FORM_ANSWERS = {200, 204, 303, 400, 403, 404, 409, 413, 422}
PAGE_ANSWERS = {200, 302, 303, 400, 403, 404, 409, 422}
LONG = "9" * 309
NASTY = (
    LONG,
    "\x00",
    "9" * 5000,
    "-1",
    b"\xed\xa0\x80",  # half of a surrogate pair
    "NaN",
    "1e999",
    "²",
    "'\"><script>",
    "0001-01-01T00:00",
    "99999-12-31",
    "2147483648",
    "[]",
    "\u2028",
)
NO_CHOICE = ("choice-that-is-none", LONG, "-1", "2147483648", "\x00", "²")
SPOILED: tuple[Any, ...] = (
    *([value] for value in NASTY if isinstance(value, str)),
    *(["\ud800"], [LONG, LONG], [7, None, ["x"]], LONG, 7, None, {"0": ["x"]}, [], True),
)
HOSTS = (
    *("a..b", "x" * 70, "a b", "a\x00b", "[::1", "x:99999", "x:abc", "a@b", "a/b", "a?b", "<a>", "0x7f.1"),
    *("\xe4.de", "a,b", "[1.2.3.4]", "a:1:2", ":80", "xn--a.", ".", "-", "%41"),
)
STEPS: dict[str, tuple[str, tuple[Row, ...], tuple[Situation, ...]]] = {
    "complaints": ("complaint", COMPLAINT, COMPLAINT_SITUATIONS),
    "returns": ("return", RETURN, RETURN_SITUATIONS),
    "replenishments": ("replenishment", REPLENISHMENT, REPLENISHMENT_SITUATIONS),
    "capa": ("capa", CAPA, CAPA_SITUATIONS),
    "customers": ("customer", MASTER["customer"], ()),
    "products": ("product", MASTER["product"], ()),
    "shipments": ("shipment", MASTER["shipment"], ()),
}
OTHER_FORMS = {
    "/approvals/deputies": "sales_manager",
    "/admin/people/new": "administrator",
    "/admin/people/5/edit": "administrator",
    "/admin/people/5/leave": "administrator",
    "/admin/people/5/come-back": "administrator",
    "/admin/people/5/password": "administrator",
    "/admin/company": "administrator",
    "/admin/departments/new": "administrator",
    "/admin/departments/1": "administrator",
    "/admin/departments/1/standing": "administrator",
    "/admin/holidays/new": "administrator",
    "/admin/holidays/1/withdraw": "administrator",
    "/login": None,
    "/account": "engineer",
    "/setup/x": None,
    "/welcome/x": None,
    "/customers/import/": "sales_manager",
    "/customers/import/x": "sales_manager",
    "/files/complaint/1/add": "sales_clerk",
    "/files/1/void": "sales_clerk",
}  # fmt: skip
BUTTONS = {
    "/tasks/1/take": "sales_clerk",
    "/tasks/1/give-back": "sales_clerk",
    "/approvals/deputies/1/withdraw": "sales_manager",
    "/admin/people/5/sessions": "administrator",
    "/admin/people/5/slip": "administrator",
    "/admin/first-steps/use-address": "administrator",
    "/admin/first-steps/hide": "administrator",
    "/admin/slips": "administrator",
    "/account/ask-again": "sales_clerk",
    "/account/end-session": "sales_clerk",
    "/customers/import/x/columns": "sales_manager",
    "/language": "sales_clerk",
    "/drafts/save?form=/complaints/new": "sales_clerk",
    "/drafts/discard?form=/complaints/new": "sales_clerk",
    "/reports/files/ask/complaints.xlsx": "sales_clerk",
    "/reports/files/1/again": "sales_clerk",
    "/reports/files/1/remove": "sales_clerk",
    "/logout": "planner",
}  # fmt: skip
SAMPLES = {
    "record_id": "1",
    "file_id": "1",
    "export_id": "1",
    "task_id": "1",
    "deputy_id": "1",
    "token": "x",
    "kind": "complaint",
    "sha256": "0" * 64,
    "section": "customers",
    "filename": "cs.css",
    "form": "x",
    "name": "complaints",
    "ending": "csv",
    "step": "amend",
}
ARGUMENTS = (
    *(
        "q",
        "sort",
        "by",
        "from",
        "to",
        "after",
        "before",
        "line",
        "complaint",
        "return",
        "history",
        "language",
    ),
    *(
        "then",
        "whose",
        "waits",
        "what",
        "code",
        "year",
        "round",
        "size",
        "customer_id",
        "product_id",
        "lot_no",
    ),
    *("defect_code", "next", "status", "state", "customer", "open", "kind", "department", "page", "v"),
)


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


NASTY_IN_URLS = (
    *(value for value in NASTY if value != "9" * 5000),
    *(
        cursor(value)
        for value in (["x", 1], [None, 1], [1, LONG], ["2026-01-01", 2**70], [["x"], 1], {"a": 1}, 7)
    ),
    *(cursor([value, 1]) for value in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "\ud800")),
    "=" * 9,
    "9999-12-31",
)


@pytest.fixture
def faults(caplog):
    """What the program logged as its own fault."""
    caplog.set_level(logging.ERROR)
    return caplog


@pytest.fixture
def browsers(app):
    made: dict[str | None, Browser] = {}
    return lambda role: made.setdefault(role, Browser(app, role)) if role not in made else made[role]


@pytest.fixture
def record_of(app, people, on, complaint_in, return_in, filed):
    """record_of(section, situation): the id of a record that stands there."""
    made: dict[tuple[str, str], int] = {}

    def capa(state: str, **options: Any) -> Capa:
        with kept(app):
            return Capas(people, on)(state, **options)

    def replenishment(state: str, **options: Any) -> Any:
        return filed(state, complaint_id=complaint_in("analysing").id, **options)

    build = {"complaints": complaint_in, "returns": return_in, "replenishments": replenishment, "capa": capa}

    def make(section: str, situation: Situation) -> int:
        if (section, situation.name) not in made:
            made[section, situation.name] = build[section](situation.state, **situation.options).id
        return made[section, situation.name]

    return make


def fewest(rows: tuple[Row, ...], situations: tuple[Situation, ...]) -> dict[str, Situation]:
    """Return for each step a situation in which it is open, few in all."""
    left = {row.step: row.open_in for row in rows if row.open_in}
    chosen: dict[str, Situation] = {}
    while left:
        best = max(situations, key=lambda one: sum(one.name in places for places in left.values()))
        opened = [step for step, places in left.items() if best.name in places]
        if not opened:
            break
        for step in opened:
            chosen[step] = best
            del left[step]
    return chosen


def step_forms(section: str, record_of: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (URL, the roles that may act) of every step of a section."""
    _kind, rows, situations = STEPS[section]
    where = fewest(rows, situations) if situations else {}
    for row in rows:
        if row.creates:
            yield f"/{section}/new", tuple(sorted(row.roles))
        elif not situations:
            yield f"/{section}/1/{row.step}", tuple(sorted(row.roles))
        elif row.step in where:
            situation = where[row.step]
            roles = situation.named.get(row.step, ()) if row.by_name else sorted(row.roles)
            yield f"/{section}/{record_of(section, situation)}/{row.step}", tuple(roles)


def bad_fields(browser: Browser) -> dict[str, tuple[str, ...]]:
    """Return {field: what it can never hold} of the choices, numbers, dates and row ids of the form shown;
    of the rows the first alone."""
    bad: dict[str, tuple[str, ...]] = {}
    for control in browser.soup.select("form.form [name]"):
        name, kind = str(control["name"]), control.get("type", "")
        if "-" in name and name.split("-")[1] != "0":
            continue
        if control.name == "select" or kind == "radio":
            bad[name] = NO_CHOICE
        elif kind in ("date", "datetime-local"):
            bad[name] = ("99999-12-31", "0001-01-01", LONG, "\x00")
        elif "number" in control.get("class", []):
            bad[name] = (LONG, "\x00", "-1", "NaN", "1e999", "9" * 5000)
        elif name.endswith("-id"):
            bad[name] = ("2147483648", LONG, "²")
        elif kind == "checkbox" and control.get("value", "y") != "y":
            bad[name] = NO_CHOICE
    return bad


class Try:
    """One form, with the browser of a person who may act."""

    def __init__(self, browsers: Any, role: str | None, url: str, faults: Any, turn: Iterator[int]) -> None:
        self.browser, self.role, self.url = browsers(role), role, url
        self.faults, self.turn = faults, turn

    def send(self, fields: Any, allowed: set[int] = FORM_ANSWERS, **options: Any) -> int:
        response = self.browser.client.post(self.url, data=fields, **options)
        status = int(response.status_code)
        response.close()
        said = (
            {name: str(value)[:40] for name, value in fields.items()} if isinstance(fields, dict) else fields
        )
        assert status in allowed, (self.url, status, said, self.faults.text[-3000:])
        assert not self.faults.records, (self.url, status, said, self.faults.text[-3000:])
        return status

    def send_all(self) -> list[str]:
        """Send the form in every way; return the names of its fields."""
        page = self.browser.get(self.url)
        assert page.status in FORM_ANSWERS, (self.url, page.status, self.faults.text[-3000:])
        fields = page.form() if page.soup.select_one("form.form") else {}
        fields["csrf_token"] = page.csrf()
        if "password" in fields:
            fields["password"] = PASSWORD
        if "amendment_reason" in fields:
            fields["amendment_reason"] = "更正"
        bad = bad_fields(page)
        self.send_each(fields, bad)
        self.send_mixed(fields)
        self.send_odd(fields)
        self.open_with_draft(list(fields))
        return list(fields)

    def send_each(self, fields: dict[str, Any], bad: dict[str, tuple[str, ...]]) -> None:
        """Send the form as it is offered, with a single value that its field can never hold."""
        for name, values in bad.items():
            value = values[next(self.turn) % len(values)]
            self.send(fields | {name: value, "request_id": f"r{next(self.turn)}"}, FORM_ANSWERS - {303})

    def send_mixed(self, fields: dict[str, Any]) -> None:
        """Send nasty values in all fields at once, each with another."""
        nasty = {
            name: value if name in ("csrf_token", "password") else NASTY[next(self.turn) % len(NASTY)]
            for name, value in fields.items()
        }
        self.send(nasty)

    def open_with_draft(self, names: list[str]) -> None:
        """Open the form with a draft that holds such values, as texts and as what no draft holds."""
        if self.role is None:
            return
        spoiled = {name: SPOILED[next(self.turn) % len(SPOILED)] for name in names}
        with self.browser.client.application.app_context():
            person = User.by_username(self.role)
            draft = Draft(user_id=person.id, form=self.url, fields=json.dumps(spoiled), at=person.created_at)
            db.session.merge(draft)
            db.session.commit()
        status = self.browser.get(self.url).status
        assert status in FORM_ANSWERS, (self.url, status, spoiled, self.faults.text[-3000:])
        assert not self.faults.records, (self.url, status, spoiled, self.faults.text[-3000:])

    def send_odd(self, fields: dict[str, Any]) -> None:
        """Send what is no form, and a form with far too many fields."""
        headers = {"X-CSRFToken": fields["csrf_token"]}
        body = json.dumps({"description": ["x"], "lines": {"0": None}})
        self.send(body, content_type="application/json", headers=headers)
        self.send(b"\xff\x00--", content_type="multipart/form-data; boundary=x", headers=headers)
        lists = {name.split("-")[0] for name in fields if "-0-" in name} or {"description"}
        many = "&".join(f"{name}-{n}-id={n}" for name in lists for n in range(1500)).encode()
        self.send(many, content_type="application/x-www-form-urlencoded", headers=headers)


def counter() -> Iterator[int]:
    return iter(range(10**9))


@pytest.mark.parametrize("section", STEPS)
def test_no_form_of_a_step_breaks(app, browsers, record_of, faults, section):
    turn = counter()
    tried = set()
    for url, roles in step_forms(section, record_of):
        names: list[str] = []
        for role in roles:
            attempt = Try(browsers, role, url, faults, turn)
            if names:
                attempt.send_mixed(dict.fromkeys(names, "") | {"csrf_token": attempt.browser.csrf()})
            else:
                names = attempt.send_all()
        tried.add(url.rsplit("/", 1)[-1])
    _kind, rows, _situations = STEPS[section]
    assert tried >= {row.step for row in rows if row.open_in and not row.creates}
    assert_nothing_unstorable(app)


def assert_nothing_unstorable(app) -> None:
    with app.app_context():
        for (data,) in db.session.query(Event.data):
            for unstorable in ("\\u0000", "\\u2028", "\u2028", "\\ud800", LONG * 2):
                assert unstorable not in data


@pytest.fixture
def filled(app, people, on, complaint_in):
    """What the other forms and buttons name: a complaint with a file."""
    complaint = complaint_in("received")
    with kept(app):
        attach_mail(find(Complaint, complaint.id), "amend", by=people["sales_clerk"], on=on)


@pytest.mark.usefixtures("filled")
def test_no_other_form_breaks(app, browsers, faults):
    turn = counter()
    for url, role in OTHER_FORMS.items():
        Try(browsers, role, url, faults, turn).send_all()
    assert_nothing_unstorable(app)


@pytest.mark.usefixtures("filled")
def test_no_button_breaks(browsers, faults):
    turn = counter()
    for url, role in BUTTONS.items():
        attempt = Try(browsers, role, url, faults, turn)
        token = attempt.browser.csrf()
        fields = dict.fromkeys(
            ("ids", "people", "next", "session", "language", "reason", "description", "x\x00"), ""
        )
        attempt.send_mixed({"csrf_token": token} | fields)
        attempt.send_odd({"csrf_token": token})
        attempt.send({"csrf_token": token})


def test_every_route_that_takes_a_form_is_tried(app):
    tried = {*OTHER_FORMS, *(url.partition("?")[0] for url in BUTTONS)}
    adapter = app.url_map.bind("localhost")
    endpoints = {adapter.match(url, method="POST")[0] for url in tried}
    steps = {f"{section}.{end}" for section in STEPS for end in ("new", "step")}
    posting = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posting - endpoints - steps == set()


def pages(app) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            with app.test_request_context():
                arguments = {
                    name: SAMPLES.get(name, "1") for name in rule.arguments - set(rule.defaults or ())
                }
                yield app.url_map.bind("localhost").build(rule.endpoint, arguments | (rule.defaults or {}))


def names_on(browser: Browser) -> set[str]:
    """Return the names of the filters, orders and searches that a page offers."""
    return {str(control["name"]) for control in browser.soup.select("form[method=get] [name]")}


@pytest.mark.usefixtures("filled")
def test_no_query_string_breaks_a_page(app, browsers, faults):
    values = cycle(NASTY_IN_URLS)
    for url in sorted(set(pages(app))):
        role = "administrator" if url.startswith("/admin") else "sales_manager"
        browser = browsers(None if url.startswith(("/login", "/setup", "/welcome")) else role)
        queries = [{name: next(values) for name in ARGUMENTS} for _ in range(2)]
        if browser.get(url).status == 200:
            offered = sorted(names_on(browser)) + (["after", "before"] if names_on(browser) else [])
            queries += [{name: next(values)} for name in offered]
        for query in queries:
            browser.get(f"{url}?{urlencode(query, errors='replace')}")
            assert browser.status in PAGE_ANSWERS, (url, query, browser.status, faults.text[-3000:])
            assert not faults.records, (url, query, browser.status, faults.text[-3000:])


@pytest.mark.parametrize("part", ["0", "-1", LONG, "9" * 5000, "²", "\x00", "%ED%A0%80", "2147483648", "1e3"])
def test_no_id_in_a_url_breaks_a_page(app, browsers, faults, part):
    browser = browsers("administrator")
    text = part if part.startswith("%") else quote(part)
    for rule in app.url_map.iter_rules():
        if not rule.arguments or "GET" not in (rule.methods or ()):
            continue
        url = "".join(text if is_argument else piece for is_argument, piece in rule._trace)
        browser.get(url.replace("|", ""))
        assert browser.status in PAGE_ANSWERS | {308}, (url[:90], browser.status, faults.text[-3000:])
        assert not faults.records, (url[:90], faults.text[-3000:])


@pytest.mark.parametrize("host", HOSTS)
def test_a_bad_host_header_is_refused(app, faults, host):
    for method, url in (
        ("get", "/"),
        ("get", "/complaints/"),
        ("post", "/complaints/new"),
        ("get", "/static/x"),
    ):
        environ = create_environ(url, method=method, environ_overrides={"HTTP_HOST": host})
        _body, status, _headers = run_wsgi_app(app, environ, buffered=True)
        assert (status, faults.text) == ("400 BAD REQUEST", ""), url


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8000", "[::1]:80", "kefu.", "PC_07:8000", "a-b.cn", ""]
)
def test_a_good_host_header_is_taken(app, browsers, host):
    answer = browsers(None).client.get("/login", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 200
