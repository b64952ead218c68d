"""The app's commands: safe to run at every start, careful with real data, and honest in their exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

import config
from cs import create_app
from cs.cli.setup import set_up
from cs.extensions import db
from cs.models.customers import Customer
from cs.procedure import rulebook
from cs.procedure.folder import FILES
from cs.records.attachments import Attachment, attach, detach
from cs.records.departments import Department
from cs.records.sessions import LoginSession
from cs.records.tasks import Task
from cs.records.users import User
from tests.support import ROLES, kept, loaded, picture, record_at
from tests.tables import COMPLAINT

ROOT = Path(__file__).parents[1]
RULES = rulebook.load()


@pytest.fixture
def fresh(tmp_path):
    """An app on an empty folder."""
    app = create_app({"CS_DATA": tmp_path / "data", "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    yield app
    with app.app_context():
        db.engine.dispose()


def run(app, *words: str):
    return app.test_cli_runner().invoke(args=words)


def counts(app) -> dict[str, int]:
    with app.app_context():
        return {
            table: db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("users", "departments", "procedure_texts", "events")
        }


def flask(folder: Path, *words: str, **options) -> subprocess.Popen:
    """A real process, as manage.py starts it."""
    environment = os.environ | {"CS_DATA": str(folder), "DATABASE_URL": "", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=ROOT,
        env=environment,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def test_init_sets_an_empty_folder_up_and_says_what_it_did(fresh):
    done = run(fresh, "init")
    assert (done.exit_code, "MJ-QP-12" in done.output) == (0, True)
    assert counts(fresh) == {"users": 0, "departments": 10, "procedure_texts": 1, "events": 10}


def test_init_again_does_nothing_and_says_nothing(fresh):
    run(fresh, "init")
    before = counts(fresh)
    again = run(fresh, "init")
    assert (again.exit_code, again.output, counts(fresh)) == (0, "", before)


def test_init_leaves_real_data_alone(app):
    with app.app_context():
        before = [(user.username, user.version) for user in db.session.query(User)]
    assert run(app, "init").output == ""
    with app.app_context():
        assert [(user.username, user.version) for user in db.session.query(User)] == before


def test_a_department_renamed_by_the_factory_stays_renamed(app, people, on):
    with kept(app):
        department = db.session.query(Department).filter_by(code="sales").one()
        with department.changing("edit", people["administrator"], on):
            department.zh = "市场部"
    run(app, "init")
    with app.app_context():
        assert db.session.query(Department).filter_by(code="sales").one().zh == "市场部"


NEXT_MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "next", "HEAD", None, None
def upgrade():
    with op.batch_alter_table("customers", recreate="always") as table:
        table.add_column(sa.Column("nickname", sa.Text()))
"""


@pytest.fixture
def next_version(app, tmp_path, monkeypatch):
    """The program's next version, which changes a table that others refer to."""
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    last = ScriptDirectory(str(folder)).get_current_head()
    (folder / "versions" / "next_nickname.py").write_text(NEXT_MIGRATION.replace("HEAD", str(last)), "utf-8")
    app.config["MIGRATIONS"] = folder
    shutil.rmtree(app.config["CS_DATA"] / "copies", ignore_errors=True)  # of a test before this one
    monkeypatch.setattr(app.extensions["migrate"].migrate, "directory", str(folder))
    monkeypatch.setattr("cs.cli.setup.need_right_tables", lambda: None)  # its models know the column
    return app


def test_a_new_version_changes_the_tables_and_loses_no_row(next_version, complaint_in):
    complaint_in("closed")
    before = counts(next_version)
    done = run(next_version, "init")
    assert (done.exit_code, "Database up to date" in done.output, counts(next_version)) == (0, True, before)
    with next_version.app_context():
        assert db.session.execute(text("SELECT count(*), count(nickname) FROM customers")).one() == (1, 0)
        assert db.session.execute(text("SELECT count(*) FROM contacts")).scalar() == 1
        assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert run(next_version, "init").output == ""
    assert run(next_version, "verify").exit_code == 0


def test_before_tables_are_changed_the_database_is_copied(next_version):
    run(next_version, "init")
    (copy,) = (next_version.config["CS_DATA"] / "copies").glob("cs-*.db")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (len(ROLES),)
        assert "nickname" not in {row[1] for row in database.execute("PRAGMA table_info(customers)")}
    copy.unlink()


def test_the_demo_does_not_touch_real_data(app):
    before = counts(app)
    refused = run(app, "init", "--demo")
    assert (refused.exit_code, "real data" in refused.output, counts(app)) == (1, True, before)
    assert not (app.config["CS_DATA"] / "demo").exists()


def test_real_work_does_not_begin_on_the_demos_data(fresh, monkeypatch):
    made = []
    monkeypatch.setattr("cs.demo.build", made.append)
    assert run(fresh, "init", "--demo", "--today", "2026-11-23").exit_code == 0
    assert made == [date(2026, 11, 23)]
    refused = run(fresh, "init")
    assert (refused.exit_code, "demo data" in refused.output) == (1, True)
    assert run(fresh, "init", "--demo", "--today", "2026-11-23").exit_code == 0


def test_the_rules_in_force_are_pure_json_with_authority_and_workflows(tmp_path):
    process = flask(tmp_path, "procedure", "--json")
    output, _errors = process.communicate(timeout=60)
    rules = json.loads(output)
    assert process.returncode == 0
    assert {row["permission"]: row["clause"] for row in rules["authority"]}["log_complaint"] == "5.2.1.1"
    assert {step["name"]: step["clause"] for step in rules["workflows"]["complaint"]["steps"]} == {
        row.step: row.clause for row in COMPLAINT
    }
    assert sorted(rules["workflows"]) == [
        "capa",
        "complaint",
        "customer",
        "product",
        "replenishment",
        "return",
        "shipment",
    ]
    assert (
        rules["reply"]["days"],
        rules["procedure"]["number"],
        rules["roles"]["general_manager"]["name"]["zh"],
    ) == (2, "MJ-QP-12", "总经理")


def test_the_procedure_is_printed_as_its_files_stand(fresh):
    files = [(name, rulebook.PACKAGED / name) for name in FILES]
    texts = [f"# {name}\n{path.read_text('utf-8')}" for name, path in files]
    assert run(fresh, "procedure").output.rstrip("\n") == "".join(texts).rstrip("\n")


def test_verify_of_sound_data_says_so_and_exits_0(app, complaint_in):
    complaint_in("closed")
    done = run(app, "verify")
    assert (done.exit_code, "all right" in done.output, len(done.output.splitlines())) == (0, True, 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE complaints SET defect_qty = 0", "complaint 1: was changed without an event"),
        (
            "DELETE FROM events WHERE kind = 'complaint' AND seq = 2",
            "complaint 1 event 3: follows event 1 of its record",
        ),
        (
            "UPDATE signatures SET user_id = 1",
            "complaint 1 signature 1: does not fit the event it was given with",
        ),
        ("DELETE FROM tasks", "complaint 1: is awaited otherwise than its tasks say"),
        (
            "UPDATE procedure_texts SET text = text || ' '",
            f"procedure {RULES.hash[:12]}: was changed after it was kept",
        ),
        (
            "DELETE FROM procedure_texts",
            f"procedure {RULES.hash[:12]}: is gone, but events were written under it",
        ),
    ],
)
def test_verify_of_changed_data_names_it_and_exits_1(app, complaint_in, change, found):
    complaint_in("answering")
    with app.app_context():
        db.session.execute(text(change))
        db.session.commit()
    done = run(app, "verify")
    assert (done.exit_code, found in done.output.splitlines()) == (1, True)


def test_tidying_up_leaves_each_persons_last_session_which_says_when_they_were_here(app, people, on):
    clerk = people["sales_clerk"]
    with kept(app):
        for days in (300, 200, 100):
            LoginSession.start(clerk, "", on - timedelta(days=days))
    record_at(app, people, on)
    with app.app_context():
        set_up(on)
        assert [session.created_at for session in LoginSession.of(clerk)] == [on - timedelta(days=100)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE attachments SET void_reason = '看不清' WHERE id = 1",
            ["customer 1 file 照片.jpg: was added or changed without an event"],
        ),
        (
            "UPDATE attachments SET void_reason = NULL",
            ["customer 1 file 合同.jpg: does not stand as its event says"],
        ),
        (
            "UPDATE attachments SET void_reason = '另一个'",
            [
                "customer 1 file 合同.jpg: does not stand as its event says",
                "customer 1 file 合同.jpg: was added or changed without an event",
                "customer 1 file 照片.jpg: was added or changed without an event",
            ],
        ),
        (
            "DELETE FROM attachments WHERE id = 1",
            ["customer 1 file 照片.jpg: does not stand as its event says"],
        ),
        (
            "UPDATE attachments SET record_id = 2 WHERE id = 1",
            [
                "customer 1 file 照片.jpg: does not stand as its event says",
                "customer 2 file 照片.jpg: was added or changed without an event",
            ],
        ),
        (
            "UPDATE attachments SET added_by_id = 9 WHERE id = 1",
            [
                "customer 1 file 照片.jpg: does not stand as its event says",
                "customer 1 file 照片.jpg: was added or changed without an event",
            ],
        ),
    ],
)
def test_verify_finds_what_was_done_to_the_files_of_a_record_past_its_events(app, people, on, change, found):
    files = app.extensions["files"]
    with kept(app):
        record, clerk = db.session.get(Customer, 1), people["sales_clerk"]
        stored = [
            files.accept(io.BytesIO(picture(color=(n, 0, 0))), name)
            for n, name in enumerate(("照片.jpg", "合同.jpg"))
        ]
        attach(record, stored, step="attach", by=clerk, on=on)
        detach(record, Attachment.of(record)[1], reason="过期", by=clerk, on=on)
    assert run(app, "verify").exit_code == 0
    with app.app_context():
        db.session.execute(text(change))
        db.session.commit()
    done = run(app, "verify")
    assert (done.exit_code, sorted(done.output.splitlines()[:-1])) == (1, found)


def test_the_site_goes_on_writing_while_verify_reads(app, complaint_in, monkeypatch):
    complaint_in("received")

    def write(_on):
        with closing(sqlite3.connect(app.config["CS_DATA"] / "cs.db", timeout=0)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM tasks")
            writer.commit()
        return iter(())

    monkeypatch.setattr("cs.cli.checks.verify_tasks", write)
    assert run(app, "verify").exit_code == 0


def test_verify_finds_a_file_that_is_gone_and_one_that_was_changed(app, people, on):
    files = app.extensions["files"]
    with kept(app):
        stored = [
            files.accept(io.BytesIO(picture(color=color)), "照片.jpg") for color in ((1, 2, 3), (4, 5, 6))
        ]
        attach(db.session.get(Customer, 1), stored, step="attach", by=people["sales_clerk"], on=on)
    assert run(app, "verify").exit_code == 0
    files.path(stored[0].sha256).unlink()
    changed = files.path(stored[1].sha256)
    changed.chmod(0o644)
    changed.write_bytes(b"x")
    done = run(app, "verify")
    assert (done.exit_code, set(done.output.splitlines()[:2])) == (
        1,
        {f"file {stored[0].sha256[:12]}: missing", f"file {stored[1].sha256[:12]}: differs"},
    )


def test_tasks_are_rebuilt_from_the_records(app, complaint_in):
    for state in ("received", "answering", "closed"):
        complaint_in(state)
    with app.app_context():
        db.session.execute(text("DELETE FROM tasks"))
        db.session.commit()
    assert run(app, "tasks", "rebuild").output == "2 项待办 task(s)\n"
    with app.app_context():
        assert [task.name for task in db.session.query(Task).order_by(Task.id)] == ["receive", "settle"]
    assert run(app, "verify").exit_code == 0


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("no_answer_days = 10", "no_answer_days = 0", "no_answer_days"),
        (
            "\nsign = { hours = 8,",
            "\napprove = { hours = 8,",
            "escalation.replenishment.approve.*no signature that anybody waits for.*replenishment.sign",
        ),
        ("\nsign = { hours = 8,", "\nfile = { hours = 8,", "escalation.replenishment.file.*no signature"),
        ("[escalation.return]", "[escalation.user]", "escalation.user.close.*no signature"),
        ("[escalation.return]", "[escalation.refund]", "escalation.refund.close.*no signature"),
        (
            '\nsign = { hours = 8, to = "general_manager"',
            '\nsign = { hours = 8, to = "general_manager", counted_from = "due"',
            "escalation.replenishment.sign.counted_from.*no day",
        ),
    ],
)
def test_a_wrong_procedure_file_stops_the_start_with_place_and_reason(tmp_path, right, wrong, said):
    own, text = tmp_path / "own.toml", RULES.text
    assert right in text
    own.write_text(text.replace(right, wrong), "utf-8")
    from cs.procedure.rulebook import ProcedureError

    with pytest.raises(ProcedureError, match=f"own.toml .*{said}"):
        create_app({"CS_DATA": tmp_path / "data", "DATABASE_URL": "", "CS_PROCEDURE": str(own)})


def test_a_wrong_file_of_a_factorys_folder_stops_the_start_with_its_name(tmp_path):
    text = (rulebook.PACKAGED / "rules.toml").read_text("utf-8")
    own = tmp_path / "procedure"
    own.mkdir()
    (own / "rules.toml").write_text(text.replace("[escalation.return]", "[escalation.refund]"), "utf-8")
    with pytest.raises(
        rulebook.ProcedureError, match=r"^rules\.toml escalation\.refund\.close: is no signature"
    ):
        create_app({"CS_DATA": tmp_path / "data", "DATABASE_URL": "", "CS_PROCEDURE": str(own)})


def test_the_text_of_a_single_file_stays_readable_under_a_folder(tmp_path):
    """What was done under the rules of its day is explained by them, however the rules are kept today."""
    own = tmp_path / "own.toml"
    own.write_text(RULES.text.replace("no_answer_days = 10", "no_answer_days = 12"), "utf-8")
    settings = {"CS_DATA": tmp_path / "data", "DATABASE_URL": ""}
    before = create_app(settings | {"CS_PROCEDURE": str(own)})
    assert run(before, "init").exit_code == 0
    after = create_app(settings | {"CS_PROCEDURE": ""})
    assert run(after, "init").exit_code == 0
    assert run(after, "verify").exit_code == 0
    old = before.extensions["rulebook"]
    with after.app_context():
        rows = db.session.execute(text("SELECT hash, text FROM procedure_texts"))
        texts = {row.hash: row.text for row in rows}
    assert texts == {old.hash: own.read_text("utf-8"), RULES.hash: RULES.text}
    again = tmp_path / "again.toml"
    again.write_text(texts[old.hash], "utf-8")
    assert rulebook.load(again) == old


def test_a_factorys_folder_is_in_force_and_its_text_verifies(tmp_path):
    text = (rulebook.PACKAGED / "rules.toml").read_text("utf-8")
    own = tmp_path / "procedure"
    own.mkdir()
    (own / "rules.toml").write_text(text.replace("no_answer_days = 10", "no_answer_days = 15"), "utf-8")
    app = create_app({"CS_DATA": tmp_path / "data", "DATABASE_URL": "", "CS_PROCEDURE": str(own)})
    assert run(app, "init").exit_code == 0
    assert app.extensions["rulebook"].reply.no_answer_days == 15
    assert run(app, "verify").exit_code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CS_TIMEZONE", "Asia/Shangai"),
        ("CS_TIMEZONE", "../etc/passwd"),
        ("CS_LANGUAGE", "de"),
        ("CS_PAGE_ROWS", "0"),
        ("CS_PAGE_ROWS", "many"),
        ("CS_IDLE_MINUTES", "-5"),
        ("CS_FILE_MB", "1.5"),
        ("CS_SIGN_AGAIN_MINUTES", "-1"),
        ("CS_SIGN_AGAIN_MINUTES", "61"),
        ("CS_SIGN_AGAIN_MINUTES", "on"),
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_start_with_its_name(name, value):
    with pytest.raises(ValueError, match=name):
        config.load({name: value})


def test_signing_asks_for_the_password_each_time_unless_a_setting_allows_some_minutes():
    assert [
        config.load(asked)["CS_SIGN_AGAIN_MINUTES"]
        for asked in ({}, {"CS_SIGN_AGAIN_MINUTES": "0"}, {"CS_SIGN_AGAIN_MINUTES": "60"})
    ] == [0, 0, 60]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_first_administrator_comes_in_by_a_link_that_works_once(tmp_path):
    """Without a terminal the server prints the link."""
    assert flask(tmp_path, "init").communicate(timeout=60)[0] != ""
    server = flask(tmp_path, "serve", "--port", str(free_port()))
    try:
        lines = [server.stdout.readline(), server.stdout.readline()]
        address = re.search(r"http://\S+", lines[1]).group()
        assert ("/setup/" in address, "Running at" in lines[0]) == (True, True)
        with urllib.request.urlopen(address, timeout=10) as page:
            assert 'name="new_password"' in page.read().decode()
        create_first(tmp_path)
        with pytest.raises(urllib.error.HTTPError, match="404") as gone:
            urllib.request.urlopen(address, timeout=10)
        gone.value.close()
    finally:
        server.kill()
        server.communicate()


def create_first(folder: Path) -> None:
    """Somebody else was quicker."""
    app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    with app.app_context():
        from datetime import UTC, datetime

        User.create(
            username="first",
            name="一",
            password="12345678",
            memberships=[(None, "administrator", False)],
            by=None,
            on=datetime.now(UTC),
        )
        db.session.commit()
        db.engine.dispose()


def test_a_port_in_use_is_said_in_one_line(tmp_path):
    flask(tmp_path, "init").communicate(timeout=60)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = flask(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
        errors = server.communicate(timeout=60)[1]
    assert (server.returncode, "cannot be used" in errors, "Traceback" in errors) == (1, True, False)


def test_commands_change_no_record_of_the_site(app):
    before = loaded(app, Customer, 1).head_hash
    for words in (("verify",), ("tasks", "rebuild"), ("procedure",), ("init",)):
        assert run(app, *words).exit_code == 0
    assert loaded(app, Customer, 1).head_hash == before
