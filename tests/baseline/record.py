"""Record what a data folder holds and shows, through the app's commands, its pages and plain SQL alone.

Nothing of `cs` but `create_app` is imported, so the same file records any version: see README.md.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as clock
import hashlib
import io
import json
import lzma
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

HERE = Path(__file__).parent
NOW = clock.datetime(2026, 11, 20, 8, 30, tzinfo=clock.UTC)  # half an hour after the demo's year ends
PART_BYTES = 450_000
ROLES = ("quality_supervisor", "sales_clerk", "administrator")
FIRST_RECORDS = (1, 2, 3)
NUMBER = re.compile(r"-?\d[\d.,]*%?")
TABLES = {  # table: its columns that must stay
    "events": """
        id kind record_id seq site_seq name clause at by_id role state data
        procedure_hash content_hash previous_hash hash site_hash
    """,
    "signatures": "id kind record_id version step meaning user_id role at content_hash password_at",
    "required_signatures": """
        id kind record_id chain needed_role turn signature_decision
        user_id for_id decided_at content_hash told_at
    """,
    "tasks": """
        kind record_id name step permission user_id due_at since
        title subject taken_by_id taken_at department
    """,
    "attachments": "id kind record_id step added_by_id void_reason sha256 name mime size at",
}


# Data folders


def packed_parts(name: str) -> list[Path]:
    return sorted(HERE.glob(f"{name}.sql.xz.*"))


def pack(database: Path, name: str) -> None:
    """Write the database as compressed SQL, in parts that stay small."""
    with closing(sqlite3.connect(database)) as connection:
        script = "\n".join(connection.iterdump())
    packed = lzma.compress(script.encode(), preset=9 | lzma.PRESET_EXTREME)
    for number, start in enumerate(range(0, len(packed), PART_BYTES), 1):
        (HERE / f"{name}.sql.xz.{number}").write_bytes(packed[start : start + PART_BYTES])


def unpack(name: str, folder: Path) -> None:
    """Make the data folder of a packed demo. The bytes of its attachments are not among the fixtures."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo").touch()
    script = lzma.decompress(b"".join(part.read_bytes() for part in packed_parts(name))).decode()
    with closing(sqlite3.connect(folder / "cs.db")) as connection:
        connection.executescript(script)


def load_recording(name: str) -> dict[str, Any]:
    return json.loads(lzma.decompress((HERE / f"{name}.json.xz").read_bytes()))


# The clock


class _Frozen(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, clock.datetime)


class FrozenDatetime(clock.datetime, metaclass=_Frozen):
    """A datetime whose present moment is NOW."""

    @classmethod
    def now(cls, tz: clock.tzinfo | None = None) -> clock.datetime:  # type: ignore[override]
        return NOW.astimezone(tz)


@contextlib.contextmanager
def frozen_clock() -> Iterator[None]:
    """Every module of the app reads NOW, wherever the module lives."""
    names = [name for name in sys.modules if name == "cs" or name.startswith("cs.")]
    modules = [
        sys.modules[name] for name in names if vars(sys.modules[name]).get("datetime") is clock.datetime
    ]
    for module in modules:
        module.datetime = FrozenDatetime  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in modules:
            module.datetime = clock.datetime  # type: ignore[attr-defined]


# What is recorded


def digest_of(rows: list[Any]) -> str:
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, default=str).encode()).hexdigest()[:12]


def stored_rows(connection: sqlite3.Connection) -> dict[str, Any]:
    """{table: {"kind record_id": [number of its rows, digest of all of them]}}."""
    recorded: dict[str, Any] = {}
    for table, columns in TABLES.items():
        names = columns.split()
        kind, record_id = names.index("kind"), names.index("record_id")
        by_record: dict[str, list[Any]] = {}
        order = ", ".join(names)
        for row in connection.execute(f"SELECT {order} FROM {table} ORDER BY {order}"):
            by_record.setdefault(f"{row[kind]} {row[record_id]}", []).append(row)
        recorded[table] = {key: [len(rows), digest_of(rows)] for key, rows in by_record.items()}
    return recorded


def url_rules(app: Flask) -> list[list[str]]:
    """Every address with its methods; what a part of it is called does not matter, its converter does."""
    rules = []
    for rule in app.url_map.iter_rules():
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        for address in without_choices(str(rule)):
            plain = re.sub(r"<(?:([^<>]*):)?\w+>", lambda part: f"<{part[1] or 'string'}>", address)
            rules.append([plain, methods])
    return sorted(rules)


def without_choices(rule: str) -> list[str]:
    """An address for each word that `<any(…):…>` allows: a later section may add its own."""
    found = re.search(r"<any\(([^)]*)\):\w+>", rule)
    if not found:
        return [rule]
    return [rule.replace(found[0], word.strip()) for word in found[1].split(",")]


class Visitor:
    """A person of the demo, signed in."""

    def __init__(self, app: Flask, role: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.role = role
        response = self.client.post("/login", data={"username": role, "password": "demo"})
        assert response.status_code == 303, response.status_code

    def get(self, address: str) -> tuple[int, str]:
        response = self.client.get(address, headers={"Accept-Language": "zh"})
        body, status = response.get_data(), response.status_code
        response.close()
        return status, body.decode("utf-8-sig", "replace") if "text" in response.mimetype else ""


def figure_cells(html: str) -> dict[str, list[list[str]]]:
    """{figure: its numbers, each with the address of the records behind it}."""
    cells: dict[str, list[list[str]]] = {}
    for panel in BeautifulSoup(html, "html.parser").select("article.kpi"):
        rows = cells[str(panel["id"])] = []
        for cell in panel.select("tbody td.num, tfoot td.num"):
            link = cell.find("a")
            numbers = " ".join(NUMBER.findall(cell.get_text(" ", strip=True)))
            rows.append([numbers, str(link["href"]) if link else ""])
    return cells


def links(html: str) -> list[str]:
    """The addresses that a page's links and forms lead to."""
    soup = BeautifulSoup(html, "html.parser")
    found = {str(link["href"]) for link in soup.select("a[href]")}
    found |= {str(form["action"]) for form in soup.select("form[action]")}
    return sorted(address for address in found if address.startswith("/"))


def addresses_to_visit(app: Flask) -> Iterator[str]:
    """Each page without a parameter, and the pages of the first records; one printed paper of each."""
    for rule in sorted({str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}):
        parts = re.findall(r"<[^<>]*>", rule)
        if not parts:
            yield rule
        elif len(parts) == 1 and parts[0].startswith("<int:"):
            numbers = FIRST_RECORDS[:1] if rule.endswith(".pdf") else FIRST_RECORDS
            yield from (rule.replace(parts[0], str(number)) for number in numbers)


def record(app: Flask) -> dict[str, Any]:
    """Everything that must stay, from an app whose data folder is up to date."""
    app.config.update(WTF_CSRF_ENABLED=False, CS_EXPORT_ROWS=100_000)
    with closing(sqlite3.connect(app.config["CS_DATA"] / "cs.db")) as connection:
        stored = stored_rows(connection)
    verified = app.test_cli_runner().invoke(args=["verify"]).output.splitlines()
    visitors = [Visitor(app, role) for role in ROLES]
    pages: dict[str, dict[str, Any]] = {}
    for visitor in visitors:
        seen = pages[visitor.role] = {}
        for address in addresses_to_visit(app):
            if visitor is visitors[0] or not address.endswith(".pdf"):
                status, html = visitor.get(address)
                seen[address] = [status, links(html)]
    first = visitors[0]
    overview = first.get("/reports/")[1]
    registers = sorted(set(re.findall(r'href="(/reports/\w+\.csv)"', overview)))
    spans = ("", "?year=2026", "?from=2026-03-10&to=2026-09-20", *pareto_spans(overview))
    return {
        "stored": stored,
        "verify": verified,
        "rules": url_rules(app),
        "pages": pages,
        "figures": {span: figure_cells(first.get(f"/reports/{span}")[1]) for span in spans},
        "registers": {name: list(csv.reader(io.StringIO(first.get(name)[1]))) for name in registers},
    }


def pareto_spans(overview: str) -> list[str]:
    return sorted({f"?of={by}" for by in re.findall(r"[?;&]of=(\w+)", overview)})


def open_and_record(folder: Path) -> dict[str, Any]:
    """Upgrade the folder by the code at hand, as each start does, and record it."""
    from cs import create_app

    app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_TIMEZONE": "Asia/Shanghai"})
    with frozen_clock():
        upgraded = app.test_cli_runner().invoke(args=["init", "--demo"])
        assert upgraded.exit_code == 0, upgraded.output
        return record(app)


def main() -> None:
    """`record.py pack DATABASE NAME` or `record.py record NAME FOLDER`, from the folder of the code."""
    command, first, second = sys.argv[1:]
    sys.path.insert(0, str(Path.cwd()))
    if command == "pack":
        pack(Path(first), second)
        return
    unpack(first, Path(second))
    text = json.dumps(open_and_record(Path(second)), ensure_ascii=False, sort_keys=True)
    (HERE / f"{first}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
