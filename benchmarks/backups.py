"""200 backups under five writers, at full speed and slowed to a stick's 3 MB/s, each restored and verified.

    .venv/bin/python -m benchmarks.backups [NUMBER]

Prints each backup that fails, and at last how many did not restore or did not verify.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path

from cs import create_app
from cs.extensions import db
from tests.servers import LOST, ROOT, Client, Server
from tests.support import fill

WRITERS = ("sales_clerk", "sales_manager", "engineer", "planner", "warehouse_keeper")
SPEEDS = ("0", "3")


def main(number: int) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "data"
        app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
        fill(app)
        with app.app_context():
            db.engine.dispose()
        server, stop = Server(folder), threading.Event()
        server.start()
        writers = [threading.Thread(target=write, args=(Client(server.port, name), stop)) for name in WRITERS]
        for writer in writers:
            writer.start()
        try:
            failed = [turn for turn in range(number) if not is_sound(server, Path(scratch), turn)]
        finally:
            stop.set()
            for writer in writers:
                writer.join()
            server.kill()
    print(f"{number} backups, {len(failed)} failed")
    return 1 if failed else 0


def write(client: Client, stop: threading.Event) -> None:
    with suppress(*LOST):
        for turn in count():
            if stop.is_set():
                return
            client.log(f"{id(client)}-{turn}")


def is_sound(server: Server, scratch: Path, turn: int) -> bool:
    """Make one backup, restore it into a folder of its own and verify that."""
    copy, restored = scratch / "copy", scratch / "restored"
    try:
        for folder, words in (
            (None, ("backup", str(copy), "--speed", SPEEDS[turn % len(SPEEDS)])),
            (restored, ("restore", str(copy))),
            (restored, ("verify",)),
        ):
            environment = server.environment | ({"CS_DATA": str(folder)} if folder else {})
            done = subprocess.run(  # noqa: S603 - our own words
                server.command(*words), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(turn, words[0], done.stdout, done.stderr)
                return False
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.rmtree(restored, ignore_errors=True)
    return True


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
