"""Setting up: the database, the procedure's text, the departments, the demo year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from alembic.util import CommandError
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import delete, exists, inspect, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from cs.cli.copying import Pace, copy_database
from cs.cli.starting import check_site, need_free, need_right_tables, needs_migration, set_mark
from cs.cli.words import in_sentences, trouble
from cs.extensions import db, is_disk_full
from cs.models.replenishments.settling import settle_signatures
from cs.records.attachments import Draft, PendingUpload
from cs.records.departments import Department
from cs.records.events import tidying_moment
from cs.records.personal_tasks import rebuild_tasks
from cs.records.procedure import keep_procedure_text, rulebook, zone
from cs.records.receipts import Receipt
from cs.records.record import index_unsearched
from cs.records.users import LoginSession, User
from cs.site import DATABASE, DEMO_MARK, FolderInUse, using, write_whole

PART = ".part"  # ends the name of a copy until it is whole


def _copy_before_migration(folder: Path) -> Path | None:
    """Copy the SQLite file before its tables are changed; return the copy. A half one is removed."""
    if current_app.config["DATABASE_URL"] or has_no_accounts():
        return None
    copies = folder / "copies"
    copies.mkdir(exist_ok=True)
    for left in copies.glob(f"*{PART}*"):
        left.unlink()
    target = copies / f"cs-{datetime.now(UTC):%Y%m%dT%H%M%S}.db"
    part = target.with_name(target.name + PART)
    try:
        copy_database(folder / DATABASE, part, Pace(0))
        part.replace(target)
    finally:
        for left in copies.glob(f"{part.name}*"):
            left.unlink()
    return target


def set_up(on: datetime) -> list[str]:
    """Migrate the database, store the procedure's text and add its departments; return what was done."""
    done, is_new = [], has_no_accounts()
    migrated = False
    if needs_migration():
        copy = _copy_before_migration(current_app.config["CS_DATA"])
        db.session.rollback()  # what looked for data must not keep the database locked from the migration
        _upgrade_or_explain(copy)
        migrated = True
        done.append(f"数据库已更新 Database up to date{f' (copy: {copy.name})' if copy else ''}")
    if not is_new:
        index_unsearched()
    new_text = keep_procedure_text(on)
    if new_text:
        done.append(f"程序文件 Procedure {rulebook().procedure.number} {rulebook().hash[:12]}")
    if (migrated or new_text) and not is_new:
        rebuild_tasks(on)  # open records await what today's rows and rules ask of them
        settle_signatures(on)
    known = set(db.session.execute(select(Department.code)).scalars())
    for department in rulebook().departments.values():
        if department.code not in known:
            row = Department(code=department.code, zh=department.name.zh, en=department.name.en)
            with row.changing("create", None, on):
                row.active = True
    _delete_expired_rows(tidying_moment(on))
    db.session.commit()
    return done


def _upgrade_or_explain(copy: Path | None) -> None:
    """Migrate; one sentence where the tables are not what the migrations expect."""
    try:
        upgrade()
    except (DBAPIError, CommandError, RuntimeError) as error:
        if isinstance(error, DBAPIError) and is_disk_full(error):
            raise
        detail = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise trouble(
            "数据库无法更新，没有改动。",
            f"The database could not be brought up to date, nothing was changed: {detail}"
            + (f" (copy: {copy.name})" if copy else ""),
        ) from error


def _delete_expired_rows(on: datetime) -> None:
    """Delete what has expired: ended sessions, request ids, drafts, files of forms that were never sent."""
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


def has_no_accounts() -> bool:
    """Return whether nobody has an account yet. No transaction stays open: migrations use a connection of
    their own."""
    if not inspect(db.engine).has_table("users"):
        return True
    with db.engine.connect() as connection:
        return connection.execute(select(User.id).limit(1)).first() is None


@click.command("init")
@click.option("--demo", is_flag=True, help="fill an empty folder with a made-up year")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="the day on which the demo's year ends")
@with_appcontext
def init(demo: bool, today: datetime | None) -> None:
    """Set everything up; safe to run at every start."""
    folder: Path = current_app.config["CS_DATA"]
    try:
        with in_sentences(), using(folder):
            check_site()
            _init(folder, demo, today)
    except FolderInUse as used:
        raise need_free(folder) from used


def _init(folder: Path, demo: bool, today: datetime | None) -> None:
    marked = (folder / DEMO_MARK).exists()
    if demo and not marked and not has_no_accounts():
        raise click.ClickException(
            f"{folder} 中有真实数据，演示不会动它 holds real data: the demo keeps away from it. Use "
            "another --data."
        )
    if marked and not demo:
        raise click.ClickException(
            f"{folder} 是演示数据 holds demo data: start it with --demo, or use another --data."
        )
    if demo and not marked:
        write_whole(folder / DEMO_MARK, b"")
        current_app.config["CS_DEMO"] = True
    if demo and has_no_accounts():
        _make_demo(today.date() if today else datetime.now(zone()).date())
    else:
        _echo_lines(set_up(datetime.now(UTC)))
    need_right_tables()
    set_mark(folder)


def _make_demo(day: date) -> None:
    from cs.demo import beginning_of_year, build

    _echo_lines(set_up(beginning_of_year(day)))
    click.echo("正在生成演示数据 Creating the demo data …")
    build(day)
    db.session.commit()


def _echo_lines(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
