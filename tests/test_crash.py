"""A real server, killed amid posts from several people, started again, and counted by request id:
nothing that was acknowledged is lost, nothing is there twice, and the audit chains are whole."""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from cs import create_app
from tests.servers import LOST, ROOT, Client, Server
from tests.support import fill

PEOPLE = ("sales_clerk", "sales_manager", "engineer", "planner", "warehouse_keeper", "quality_inspector")
ROUNDS = 3
DONE_IN_A_ROUND = 12  # acknowledged posts before the server is killed


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    app = create_app({"CS_DATA": tmp_path, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    fill(app)
    with app.app_context():
        from cs.extensions import db

        db.engine.dispose()
    running = Server(tmp_path)
    running.start()
    yield running
    if running.process.poll() is None:
        running.kill()


def post_until_death(client: Client, sent: list[str], acknowledged: list[str]) -> None:
    with suppress(*LOST):
        while True:
            request_id = secrets.token_urlsafe(12)
            sent.append(request_id)
            if client.log(request_id) == 303:
                acknowledged.append(request_id)


def rows(folder: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(folder / "cs.db")) as database:
        return database.execute(query).fetchall()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled_when_the_server_is_killed(server, tmp_path):
    clients = {name: Client(server.port, name) for name in PEOPLE}
    sent: dict[str, list[str]] = {name: [] for name in PEOPLE}
    acknowledged: list[str] = []
    for turn in range(1, ROUNDS + 1):
        threads = [
            threading.Thread(target=post_until_death, args=(client, sent[name], acknowledged))
            for name, client in clients.items()
        ]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 20
        while len(acknowledged) < DONE_IN_A_ROUND * turn and time.monotonic() < deadline:
            time.sleep(0.002)
        server.kill()
        for thread in threads:
            thread.join()
        kept = {row[0] for row in rows(tmp_path, "SELECT request_id FROM receipts")}
        assert set(acknowledged) - kept == set()
        server.start()

    assert len(acknowledged) >= DONE_IN_A_ROUND * ROUNDS
    for (
        name,
        client,
    ) in clients.items():  # the browsers send again what they got no answer to, and some of the rest
        assert [client.log(request_id) for request_id in sent[name]] == [303] * len(sent[name])
    server.kill()

    everything = sorted(request_id for ids in sent.values() for request_id in ids)
    assert sorted(row[0] for row in rows(tmp_path, "SELECT request_id FROM receipts")) == everything
    assert sorted(row[0] for row in rows(tmp_path, "SELECT description FROM complaints")) == [
        f"无声 {request_id}" for request_id in everything
    ]
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT number) FROM complaints") == [
        (len(everything), len(everything))
    ]
    assert rows(tmp_path, "SELECT count(*) FROM tasks WHERE kind = 'complaint'") == [(len(everything),)]
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    verified = subprocess.run(
        server.command("verify"),
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stdout.count("\n")) == (0, 1), verified.stdout
