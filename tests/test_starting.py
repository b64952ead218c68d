"""A start on data that are not as a site needs them: one sentence in both languages, never an empty site."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest

from cs import create_app
from cs.cli import starting
from cs.cli.copying import copy_database
from cs.extensions import db
from tests.servers import ROOT
from tests.support import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("started") / "data"
    app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    fill(app)
    with app.app_context():
        db.engine.dispose()
    assert start(folder).exit_code == 0
    return folder


@pytest.fixture
def data(filled, tmp_path) -> Path:
    shutil.copytree(filled, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _no_server(monkeypatch):
    monkeypatch.setattr("cs.cli.serving._serve", lambda *_: click.echo("served"))


def start(folder: Path, *words: str):
    app = create_app({"CS_DATA": folder, "DATABASE_URL": ""})
    try:
        return app.test_cli_runner().invoke(args=words or ("init",))
    finally:
        with app.app_context():
            db.engine.dispose()


def flask(folder: Path, address: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"CS_DATA": str(folder), "DATABASE_URL": address}
    command = [sys.executable, "-m", "flask", "--app", "app", "init"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def execute(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "cs.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def is_refused(done, words: str) -> bool:
    """One line of Chinese and English, and an exit code."""
    (line,) = done.output.splitlines()
    return done.exit_code == 1 and words in line and any("\u4e00" <= letter <= "\u9fff" for letter in line)


@pytest.mark.parametrize("left", ["nothing", "an empty file", "the log"])
def test_a_missing_database_is_never_a_silent_empty_site(data, left):
    (data / "cs.db").unlink()
    if left == "an empty file":
        (data / "cs.db").touch()
    elif left == "the log":
        (data / "cs.db-wal").write_bytes(b"x" * 100)
    for _again in range(2):
        assert is_refused(start(data), "cs.db is missing or empty")
    assert not (data / "cs.db").exists() or not (data / "cs.db").stat().st_size


def test_attachments_alone_say_that_a_site_was_here(tmp_path):
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / ("ab" * 32)).write_bytes(b"x")
    assert is_refused(start(tmp_path), "cs.db is missing or empty")


def test_a_site_of_postgresql_does_not_start_empty_on_sqlite(tmp_path):
    (tmp_path / "site").write_text("postgresql")
    assert is_refused(start(tmp_path), "set the DATABASE_URL it had")


@pytest.mark.parametrize(
    ("place", "length", "command"),
    [(0, 100, "init"), (0, 100, "serve"), (4096 * 3, 4096 * 20, "init")],
)
def test_a_damaged_database_is_said_in_one_sentence(data, place, length, command):
    with (data / "cs.db").open("r+b") as file:
        file.seek(place)
        file.write(b"\xff" * length)
    before = (data / "cs.db").read_bytes()
    assert is_refused(start(data, command), "The database file is damaged")
    assert (data / "cs.db").read_bytes() == before


def test_the_quick_check_does_not_hold_a_start_up(data, monkeypatch):
    monkeypatch.setattr(starting, "QUICK_CHECK_SECONDS", -1)
    monkeypatch.setattr(starting, "STEPS_BETWEEN_LOOKS", 1)
    assert start(data).exit_code == 0


def test_verify_reads_the_whole_file(data):
    execute(data, "PRAGMA writable_schema=ON", "DELETE FROM sqlite_master WHERE name = 'ix_events_at'")
    done = start(data, "verify")
    assert (done.exit_code, "database: " in done.output) == (1, True)


@pytest.mark.parametrize("command", ["init", "serve"])
def test_data_of_a_newer_program_are_left_alone(data, command):
    execute(data, "UPDATE alembic_version SET version_num = '9999'")
    assert is_refused(start(data, command), "newer program (migration 9999)")


@pytest.mark.parametrize("command", ["init", "serve"])
@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("ALTER TABLE pending_uploads DROP COLUMN layout", "pending_uploads.layout is missing"),
        ("ALTER TABLE users ADD COLUMN nickname TEXT", "users.nickname is unknown"),
        ("DROP TABLE import_choices", "import_choices is missing"),
        ("DROP INDEX uq_required_signatures_person", "uq_required_signatures_person is missing"),
    ],
)
def test_tables_that_differ_from_the_program_stop_the_start(data, change, difference, command):
    execute(data, change)
    assert is_refused(start(data, command), difference)


def test_an_upgrade_that_fails_is_said_in_one_sentence(data):
    """Tables of a version in between, whose migration was changed after it had run."""
    execute(data, "UPDATE alembic_version SET version_num = '0016'")
    done = start(data)
    assert (done.exit_code, "could not be brought up to date" in done.output) == (1, True)
    assert (len(done.output.splitlines()), "Traceback" in done.output) == (1, False)


def test_a_disk_that_cannot_be_written_is_said_in_one_sentence(data, monkeypatch):
    def refuse(**_options):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("cs.cli.starting.tempfile.TemporaryFile", refuse)
    assert is_refused(start(data), "cannot be written")


def test_a_folder_in_which_nothing_can_be_made_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    done = flask(tmp_path / "file" / "data", "")
    assert (done.returncode, len(done.stderr.splitlines()), "文件无法读写" in done.stderr) == (1, 1, True)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://clerk:secret-word@127.0.0.1:1/site", "cannot be reached"),
        ("nonsense", "cannot be read as the address of a database"),
    ],
)
def test_a_database_out_of_reach_is_said_in_one_sentence(tmp_path, address, words):
    done = flask(tmp_path, address)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert (len(done.stderr.splitlines()), "secret-word" in done.stderr) == (1, False)


def test_a_half_copy_of_a_full_disk_is_removed(data, monkeypatch):
    execute(data, "UPDATE alembic_version SET version_num = '0016'")
    (data / "copies").mkdir(exist_ok=True)
    (data / "copies" / "cs-20260101T000000.db.part").write_bytes(b"of a kill")

    def half(source, target, pace):
        copy_database(source, target, pace)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("cs.cli.setup.copy_database", half)
    assert is_refused(start(data), "The disk is full")
    assert list((data / "copies").iterdir()) == []
