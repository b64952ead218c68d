"""The app's own commands: `python3 manage.py flask …`. Setting up, serving, the rules in force, the check of
the audit chains."""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import json
import os
import signal
import socket
import sqlite3
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade
from sqlalchemy import delete, exists, inspect, select, true
from sqlalchemy.orm import aliased

from cs.exports.writing import Keeper, write
from cs.extensions import begin_read, db
from cs.procedure.authority import AUTHORITY
from cs.queries.my_work import verify_tasks
from cs.records import events as chain
from cs.records.attachments import Attachment, Draft, PendingUpload, verify_attachments
from cs.records.departments import Department
from cs.records.personal_tasks import rebuild_tasks
from cs.records.procedure import keep_procedure_text, rulebook, verify_procedure_texts, zone
from cs.records.receipts import Receipt
from cs.records.record import KINDS
from cs.records.sessions import LoginSession
from cs.records.setup_links import SetupLink
from cs.records.signatures import verify_signatures
from cs.records.users import User
from cs.records.verification import verify_records
from cs.records.workflowed import Workflowed
from cs.site import DEMO_MARK, write_whole


def _copy_before_migration(folder: Path) -> Path | None:
    """A copy of the SQLite file beside it, taken before its tables are changed."""
    source = folder / "cs.db"
    if current_app.config["DATABASE_URL"] or _is_empty():
        return None
    target = folder / "copies" / f"cs-{datetime.now(UTC):%Y%m%dT%H%M%S}.db"
    target.parent.mkdir(exist_ok=True)
    with (
        contextlib.closing(sqlite3.connect(source)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
    return target


def _needs_migration() -> bool:
    config = Config()
    config.set_main_option("script_location", str(current_app.config["MIGRATIONS"]))
    with db.engine.connect() as connection:
        return (
            MigrationContext.configure(connection).get_current_revision()
            != ScriptDirectory.from_config(config).get_current_head()
        )


def set_up(on: datetime) -> list[str]:
    """Makes the database what this version needs, keeps the procedure's text, adds its departments; says what
    it did."""
    done = []
    if _needs_migration():
        copy = _copy_before_migration(current_app.config["CS_DATA"])
        db.session.rollback()  # what looked for data must not keep the database locked from the migration
        upgrade()
        done.append(f"数据库已更新 Database up to date{f' (copy: {copy.name})' if copy else ''}")
    if keep_procedure_text(on):
        done.append(f"程序文件 Procedure {rulebook().procedure.number} {rulebook().hash[:12]}")
    known = set(db.session.execute(select(Department.code)).scalars())
    for department in rulebook().departments.values():
        if department.code not in known:
            row = Department(code=department.code, zh=department.name.zh, en=department.name.en)
            with row.changing("create", None, on):
                row.active = True
    _tidy(on)
    db.session.commit()
    return done


def _tidy(on: datetime) -> None:
    """Lets go of what only served for a while: ended sessions, request ids, drafts, files of forms that were
    never sent."""
    later = aliased(LoginSession)
    one_after = exists().where(
        later.user_id == LoginSession.user_id, later.created_at > LoginSession.created_at
    )  # the last one says when a person was here
    for table, moment, days, only in (
        (LoginSession, LoginSession.seen_at, 60, one_after),
        (Receipt, Receipt.at, 30, true()),
        (Draft, Draft.at, 90, true()),
        (PendingUpload, PendingUpload.at, 30, true()),
    ):
        db.session.execute(
            delete(table)
            .where(moment < on - timedelta(days=days), only)
            .execution_options(synchronize_session=False)
        )


def _is_empty() -> bool:
    """Whether nobody has an account yet. Keeps no transaction open: migrations come over a connection of
    their own."""
    if not inspect(db.engine).has_table("users"):
        return True
    with db.engine.connect() as connection:
        return connection.execute(select(User.id).limit(1)).first() is None


@click.command("init")
@click.option("--demo", is_flag=True, help="fill a separate, empty folder with a year of sample data")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="the day on which the demo's year ends")
@with_appcontext
def init(demo: bool, today: datetime | None) -> None:
    """Sets everything up; safe to run at every start."""
    folder: Path = current_app.config["CS_DATA"]
    marked = (folder / DEMO_MARK).exists()
    if demo and not marked and not _is_empty():
        raise click.ClickException(
            f"{folder} 中有真实数据，演示不会改动 holds real data, which the demo does not touch. Use "
            "another --data."
        )
    if marked and not demo:
        raise click.ClickException(
            f"{folder} 是演示数据 holds demo data: start it with --demo, or use another --data."
        )
    if demo and not marked:
        write_whole(folder / DEMO_MARK, b"")
        current_app.config["CS_DEMO"] = True
    if demo and _is_empty():
        _make_demo(today.date() if today else datetime.now(zone()).date())
    else:
        _say_all(set_up(datetime.now(UTC)))


def _make_demo(day: date) -> None:
    from cs.demo import beginning, build

    _say_all(set_up(beginning(day)))
    click.echo("正在生成演示数据 Creating the demo data …")
    build(day)
    db.session.commit()


def _say_all(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


@click.command("serve")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=int)
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serves the site until it is told to stop."""
    import waitress

    first = _first_administrator()
    db.session.remove()  # this context lives as long as the server: it must not keep the database locked
    try:
        server = waitress.create_server(
            current_app._get_current_object(),
            host=host,
            port=port,
            threads=8,
            ident=None,  # type: ignore[attr-defined]
            max_request_body_size=current_app.config["MAX_CONTENT_LENGTH"] + 1024 * 1024,
        )
    except OSError as error:
        raise click.ClickException(
            f"端口 {port} 不可用 Port {port} cannot be used: {error.strerror}. Try --port {port + 1}."
        ) from error
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for address in _addresses(host, port):
        click.echo(f"已启动 Running at {address}")
        if first:
            click.echo(f"首位管理员 First administrator: {address}/setup/{first}")
    sys.stdout.flush()
    Keeper(current_app._get_current_object()).start()  # type: ignore[attr-defined]
    server.run()


def _addresses(host: str, port: int) -> list[str]:
    """How browsers on this machine and in the factory reach the server."""
    if host not in ("0.0.0.0", "::", ""):
        return [f"http://{host}:{port}"]
    found = ["127.0.0.1"]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: asks the system which of its addresses leads out
        found.append(probe.getsockname()[0])
    return [f"http://{address}:{port}" for address in dict.fromkeys(found)]


def _first_administrator() -> str | None:
    """Asks for the first administrator on a terminal; without one returns a one-time link's token."""
    if not _is_empty():
        return None
    on = datetime.now(UTC)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        token = SetupLink.make(on)
        db.session.commit()
        return token
    click.echo("还没有账号，请设定管理员 No account yet: who is the administrator?")
    username = click.prompt("用户名 Username").strip()
    name = click.prompt("姓名 Name").strip()
    while True:
        password = getpass.getpass("密码 Password: ")
        if len(password) < current_app.config["CS_PASSWORD_LENGTH"]:
            click.echo(f"至少 {current_app.config['CS_PASSWORD_LENGTH']} 位 too short")
        elif password != getpass.getpass("再输一次 Again: "):
            click.echo("两次不同 not the same")
        else:
            break
    User.create(
        username=username,
        name=name,
        password=password,
        must_change=False,
        memberships=[(None, "administrator", False)],
        by=None,
        on=on,
    )
    db.session.commit()
    return None


@click.command("procedure")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@with_appcontext
def procedure(as_json: bool) -> None:
    """Prints the rules in force."""
    rules = rulebook()
    if not as_json:
        click.echo(rules.text)
        return
    click.echo(json.dumps(rules_in_force(), ensure_ascii=False, indent=1, default=_plain))


def rules_in_force() -> dict[str, Any]:
    """The whole procedure as plain values: the tables of its files, the authority matrix, the workflows."""
    facts = dataclasses.asdict(rulebook())
    del facts["text"], facts["files"]
    facts["authority"] = [dataclasses.asdict(row) for row in AUTHORITY]
    facts["workflows"] = {
        kind: dataclasses.asdict(cls.workflow) for kind, cls in KINDS.items() if issubclass(cls, Workflowed)
    }
    return facts


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Checks the audit chains, the records, the signatures, the rules, the tasks and the files; exit code 1
    when something is wrong."""
    begin_read()  # it may last, and the site is at work
    faults = [
        *chain.verify_events(),
        *verify_records(),
        *verify_signatures(),
        *verify_attachments(),
        *verify_procedure_texts(),
        *verify_tasks(datetime.now(UTC)),
    ]
    known = db.session.execute(select(Attachment.sha256).distinct()).scalars().all()
    head = chain.site_head()
    db.session.expunge_all()
    db.session.rollback()  # the files are read without the database
    faults += [
        chain.Fault(f"file {sha256[:12]}", what)
        for sha256, what in current_app.extensions["files"].verify(known)
    ]
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}")
    click.echo(
        f"{head.seq} event(s), head {head.hash[:16]}: "
        + ("正确 all right" if not faults else f"{len(faults)} 处错误 fault(s)")
    )
    if faults:
        sys.exit(1)


tasks = AppGroup("tasks", help="Tasks and who must act.")


@tasks.command("rebuild")
def rebuild() -> None:
    """Writes all tasks anew from the records."""
    count = rebuild_tasks(datetime.now(UTC))
    db.session.commit()
    click.echo(f"{count} 项待办 task(s)")


exports = AppGroup("exports", help="Registers that are written in the background.")


@exports.command("work")
def work() -> None:
    """Has them written until it is told to stop; for a server other than `serve`, which does so by itself."""
    Keeper(current_app._get_current_object()).run()  # type: ignore[attr-defined]


@exports.command("write", hidden=True)
@click.argument("token")
def write_export(token: str) -> None:
    """Writes one and tells how far it is; its keeper begins this process, and it ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # the pages go first
    write(token, lambda answer: click.echo(json.dumps(answer)))


def _end_with_parent() -> None:
    """However the parent ends, the system closes what it held: our input then ends.

    Read from the system itself: Python's own stdin is locked while a thread waits for it, and a process that
    has done its work could not end.
    """
    while os.read(0, 1):
        pass
    os._exit(1)


def init_commands(app: Flask) -> None:
    for command in (init, serve, procedure, verify, tasks, exports):
        app.cli.add_command(command)
