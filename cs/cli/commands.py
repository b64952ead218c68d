"""The program's own commands: `python3 manage.py flask …`."""

from __future__ import annotations

from flask import Flask

from cs.cli.backup import backup
from cs.cli.checks import procedure, verify
from cs.cli.restoring import restore
from cs.cli.serving import serve
from cs.cli.setup import init
from cs.cli.work import exports, tasks


def init_commands(app: Flask) -> None:
    for command in (init, serve, procedure, verify, backup, restore, tasks, exports):
        app.cli.add_command(command)
