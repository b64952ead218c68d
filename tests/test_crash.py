"""A real server, killed amid posts from several people, started again, and counted by request id:
nothing that was acknowledged is lost, nothing is there twice, and the audit chains are whole."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from cs import create_app
from tests.support import PASSWORD, fill, picture

ROOT = Path(__file__).parents[1]
PEOPLE = ("sales_clerk", "sales_manager", "engineer", "planner", "warehouse_keeper", "quality_inspector")
ROUNDS = 3
DONE_IN_A_ROUND = 12  # acknowledged posts before the server is killed
LOST = (http.client.HTTPException, OSError)


class Server:
    """`flask serve` as its own process."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = os.environ | {"CS_DATA": str(folder), "DATABASE_URL": "", "CS_PASSWORD_COST": "1", "CS_LOGIN_FAILURES": "1000"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command("serve", "--port", str(self.port)), cwd=ROOT, env=self.environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """SIGKILL: no time to say goodbye."""
        self.process.kill()
        self.process.wait()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "flask", "--app", "app", *words]


class Client:
    """One person's browser: a cookie and a CSRF token, kept over the server's death."""

    def __init__(self, port: int, username: str) -> None:
        self.port, self.cookie = port, ""
        self.token = self._token(self._ask("GET", "/login")[1])
        status, _page = self._ask("POST", "/login", {"csrf_token": self.token, "username": username, "password": PASSWORD})
        assert status == 303
        self.token = self._token(self._ask("GET", "/account")[1])

    @staticmethod
    def _token(page: str) -> str:
        return re.search(r'X-CSRFToken": "([^"]+)"', page).group(1)

    def _ask(self, method: str, address: str, fields: dict[str, str] | None = None, photo: bytes = b"") -> tuple[int, str]:
        headers, body = {"Cookie": self.cookie}, None
        if fields is not None and photo:
            border = secrets.token_hex(8)
            parts = [f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
            parts.append(f'--{border}\r\nContent-Disposition: form-data; name="files"; filename="p.jpg"\r\n\r\n'.encode() + photo + b"\r\n")
            body, headers["Content-Type"] = b"".join(parts) + f"--{border}--\r\n".encode(), f"multipart/form-data; boundary={border}"
        elif fields is not None:
            body, headers["Content-Type"] = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            if cookie := answer.getheader("Set-Cookie"):
                self.cookie = cookie.split(";")[0]
            return answer.status, page

    def log(self, request_id: str) -> int:
        """A complaint, every third with a photograph."""
        return self._ask("POST", "/complaints/new", {
            "csrf_token": self.token, "request_id": request_id, "customer_id": "1", "channel": "phone", "description": f"无声 {request_id}",
            "heard_at": "2026-01-05T09:00"}, picture() if sum(request_id.encode()) % 3 == 0 else b"")[0]


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
        threads = [threading.Thread(target=post_until_death, args=(client, sent[name], acknowledged)) for name, client in clients.items()]
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
    for name, client in clients.items():  # the browsers send again what they got no answer to, and some of the rest
        assert [client.log(request_id) for request_id in sent[name]] == [303] * len(sent[name])
    server.kill()

    everything = sorted(request_id for ids in sent.values() for request_id in ids)
    assert sorted(row[0] for row in rows(tmp_path, "SELECT request_id FROM receipts")) == everything
    assert sorted(row[0] for row in rows(tmp_path, "SELECT description FROM complaints")) == [f"无声 {request_id}" for request_id in everything]
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT number) FROM complaints") == [(len(everything), len(everything))]
    assert rows(tmp_path, "SELECT count(*) FROM tasks WHERE kind = 'complaint'") == [(len(everything),)]
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    verified = subprocess.run(server.command("verify"), cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout.count("\n")) == (0, 1), verified.stdout
