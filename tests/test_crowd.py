"""A crowd of hostile requests at a real server leaves the pages of others quick."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from cs import create_app
from tests.servers import LOST, Client, Server
from tests.support import fill

IDLE_SOCKETS = 150
BODIES = 10
PERCENT_BYTES = b"username=" + b"%E5" * 3_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("crowd")
    app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    fill(app)
    with app.app_context():
        from cs.extensions import db

        db.engine.dispose()
    running = Server(folder)
    running.start()
    yield running
    running.kill()


def seconds_of_a_page(person: Client) -> float:
    began = time.monotonic()
    assert person.ask("GET", "/complaints/")[0] == 200
    return time.monotonic() - began


def send_percent_signs(port: int, statuses: list[int]) -> None:
    with suppress(*LOST), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/login", PERCENT_BYTES, headers)
        statuses.append(connection.getresponse().status)


@pytest.mark.slow
def test_idle_connections_do_not_keep_visitors_out(server):
    with ExitStack() as crowd:
        for _ in range(IDLE_SOCKETS):
            crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
        time.sleep(0.5)
        assert seconds_of_a_page(Client(server.port, "sales_clerk")) < 5


@pytest.mark.slow
def test_bodies_of_nobody_do_not_hold_the_threads(server):
    person, statuses = Client(server.port, "sales_clerk"), []
    quiet = max(seconds_of_a_page(person) for _ in range(3))
    crowd = [threading.Thread(target=send_percent_signs, args=(server.port, statuses)) for _ in range(BODIES)]
    for sender in crowd:
        sender.start()
    time.sleep(0.3)
    assert seconds_of_a_page(person) < max(3 * quiet, 3)
    for sender in crowd:
        sender.join()
    assert set(statuses) == {413}
