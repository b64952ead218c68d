"""Serving the site, and its first administrator."""

from __future__ import annotations

import getpass
import signal
import sys
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from cs.cli.setup import has_no_accounts
from cs.cli.starting import check_site, need_free, need_right_tables
from cs.cli.words import in_sentences
from cs.exports.writing import ExportKeeper
from cs.extensions import db
from cs.records.setup_links import SetupLink
from cs.records.users import User
from cs.site import FolderInUse, using
from cs.web.addresses import lan_address


@click.command("serve")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=int)
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the site until stopped."""
    folder = current_app.config["CS_DATA"]
    try:
        with in_sentences(), using(folder):
            check_site(quick=False)
            need_right_tables()
            _serve(host, port)
    except FolderInUse as used:
        raise need_free(folder) from used


def _serve(host: str, port: int) -> None:
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
    for address in _server_urls(host, port):
        click.echo(f"已启动 Running at {address}")
        if first:
            click.echo(f"首位管理员 First administrator: {address}/setup/{first}")
    sys.stdout.flush()
    ExportKeeper(current_app._get_current_object()).start()  # type: ignore[attr-defined]
    server.run()


def _server_urls(host: str, port: int) -> list[str]:
    """Return the URLs of the server on this machine and in the factory's network."""
    if host not in ("0.0.0.0", "::", ""):
        return [f"http://{host}:{port}"]
    hosts = ["127.0.0.1"]
    if address := lan_address():
        hosts.append(address)
    return [f"http://{address}:{port}" for address in dict.fromkeys(hosts)]


def _first_administrator() -> str | None:
    """Ask for the first administrator on a terminal; without a terminal, return the token of a one-time
    link."""
    if not has_no_accounts():
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
