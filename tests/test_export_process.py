"""A real server that has a long register written in a process of its own: killed amid it, and called off amid
it."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from benchmarks.lists import site
from cs.extensions import db
from tests.servers import ROOT, Client, Server

ROWS = 12_000
pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    app = site(tmp_path, ROWS)
    with app.app_context():
        db.engine.dispose()
    running = Server(tmp_path, CS_EXPORT_ROWS="100", CS_EXPORTS_AT_ONCE="1")
    running.start()
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def auditor(server: Server) -> Client:
    return Client(server.port, "auditor")


def ask(client: Client) -> None:
    status, _page = client.ask(
        "POST", "/reports/files/ask/complaints.xlsx?sort=newest", {"csrf_token": client.token}
    )
    assert status == 303


def export(folder: Path) -> tuple[Any, ...] | None:
    """Stage, rows in all and attempts of the only one."""
    with closing(sqlite3.connect(folder / "cs.db")) as database:
        return database.execute("SELECT stage, rows_all, attempts FROM exports").fetchone()


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def writing(server: Server) -> list[int]:
    """The processes that the server has begun."""
    return [
        int(pid)
        for path in Path(f"/proc/{server.process.pid}/task").glob("*/children")
        for pid in path.read_text().split()
    ]


def is_gone(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return False
    return True


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in (folder / "exports").iterdir() if path.name != "keeper")


def test_a_server_killed_amid_a_file_begins_it_anew_and_leaves_nothing_half(
    server: Server, auditor: Client, tmp_path: Path
) -> None:
    ask(auditor)
    until(lambda: export(tmp_path) == ("running", ROWS, 1))
    (process,) = writing(server)
    server.kill()
    until(lambda: is_gone(process))
    assert (export(tmp_path), files(tmp_path)) == (("running", ROWS, 1), [".parts"])

    server.start()
    until(lambda: export(tmp_path)[0] == "done")
    assert (export(tmp_path), files(tmp_path)) == (("done", ROWS, 2), [".xlsx"])
    assert auditor.ask("GET", "/reports/files/1")[0] == 200
    lines = openpyxl.load_workbook(io.BytesIO(auditor.body), read_only=True).active.iter_rows(
        min_row=4, max_col=2, values_only=True
    )
    numbers = [number for _line, number in lines]
    assert (len(numbers), numbers[-1], len(set(numbers))) == (ROWS, f"CC-209901-{ROWS:06}", ROWS)


def test_what_is_called_off_ends_its_process(server: Server, auditor: Client, tmp_path: Path) -> None:
    ask(auditor)
    until(lambda: export(tmp_path) == ("running", ROWS, 1))
    (process,) = writing(server)
    assert auditor.ask("POST", "/reports/files/1/remove", {"csrf_token": auditor.token})[0] == 303
    until(lambda: is_gone(process))
    until(lambda: files(tmp_path) == [])
    assert export(tmp_path) is None


def test_a_process_whose_work_is_done_ends_in_peace_while_its_parent_lives(server: Server) -> None:
    command = server.command("exports", "write", "no-such-token")
    with subprocess.Popen(
        command, cwd=ROOT, env=server.environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_a_process_that_dies_is_said_and_may_be_tried_again(
    server: Server, auditor: Client, tmp_path: Path
) -> None:
    ask(auditor)
    until(lambda: export(tmp_path) == ("running", ROWS, 1))
    os.kill(writing(server)[0], 9)
    until(lambda: export(tmp_path)[0] == "failed")
    assert "程序中断了" in auditor.ask("GET", "/reports/files/")[1]
    auditor.ask("POST", "/reports/files/1/again", {"csrf_token": auditor.token})
    until(lambda: export(tmp_path)[0] == "done")
    assert files(tmp_path) == [".xlsx"]
