"""Every setting of the program: name, default, what it means. Each is read from the environment under its own
name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _flag(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _few_minutes(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 60:
        raise ValueError(text)
    return number


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ZoneInfoNotFoundError) as unknown:
        raise ValueError(text) from unknown
    return text


def _language(text: str) -> str:
    if text not in ("zh", "en"):
        raise ValueError(text)
    return text


def _file(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_file():
        raise ValueError(text)
    return path


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(",", " ").split() if word)


@dataclass(frozen=True)
class Setting:
    name: str
    default: Any
    read: Callable[[str], Any]
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting("CS_DATA", Path("instance"), Path, "folder that holds all state: database, files, secret key"),
    Setting("DATABASE_URL", "", str, "a PostgreSQL URL; empty: SQLite in CS_DATA"),
    Setting(
        "CS_PROCEDURE",
        "",
        str,
        "a folder with the procedure's files that the factory has revised, or a single file with all of it; "
        "empty: the packaged folder mj-qp-12",
    ),
    Setting(
        "CS_TIMEZONE",
        "Asia/Shanghai",
        _zone,
        "the factory's time zone: how times are shown, and what a day is",
    ),
    Setting(
        "CS_LANGUAGE",
        "zh",
        _language,
        "language of a browser that asks for neither Chinese nor English: zh or en",
    ),
    Setting("CS_IDLE_MINUTES", 120, _whole, "minutes without activity after which a session ends"),
    Setting("CS_SESSION_DAYS", 14, _whole, "days after which a session ends in any case"),
    Setting(
        "CS_LOGIN_FAILURES",
        5,
        _whole,
        "number of wrong passwords for one name from one address, known device or session after which "
        "further tries from there must wait, longer each time",
    ),
    Setting("CS_LOGIN_BLOCK_MINUTES", 10, _whole, "the longest such wait, in minutes"),
    Setting("CS_TRACE_DAYS", 365, _whole, "how many days the access log is kept"),
    Setting("CS_PASSWORD_LENGTH", 8, _whole, "minimum length of a new password"),
    Setting("CS_PASSWORD_COST", 3, _whole, "argon2 time cost; the tests lower it"),
    Setting(
        "CS_SIGN_AGAIN_MINUTES",
        0,
        _few_minutes,
        "minutes after a signature with the password during which further signatures "
        "of that session need none; 0: each needs it; at most 60",
    ),
    Setting("CS_FILE_MB", 20, _whole, "the largest attachment, in megabytes"),
    Setting("CS_FILES_AT_ONCE", 10, _whole, "maximum number of files in one form"),
    Setting(
        "CS_FILE_TYPES",
        (),
        _words,
        "extensions of files that may be attached; empty: all that the program can check",
    ),
    Setting("CS_HTMX_CDN", True, _flag, "load htmx from the CDN first; off: only the packaged copy"),
    Setting("CS_HTTPS", False, _flag, "the site is served over https: cookies are then sent over https only"),
    Setting("CS_PAGE_ROWS", 30, _whole, "rows on a page of a list"),
    Setting(
        "CS_EXPORT_ROWS",
        2000,
        _whole,
        "a register with more rows is written in the background and offered under My files",
    ),
    Setting("CS_EXPORTS_AT_ONCE", 2, _whole, "how many registers are written at the same time"),
    Setting("CS_EXPORT_HOURS", 48, _whole, "how long such a file is kept"),
    Setting(
        "CS_PDF_ROWS",
        1000,
        _whole,
        "maximum number of register lines in one PDF: 1000 take about 1.5 s and 500 MB",
    ),
    Setting(
        "CS_PDF_FONT",
        "",
        _file,
        "a font file (.ttf, .otf, .ttc) for printed forms, used before the packaged ones; empty: only those",
    ),
    Setting("CS_WAIT_SECONDS", 10, _whole, "how long a writer waits for another writer"),
)


def load(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All settings by name. Raises ValueError that names the setting which cannot be read."""
    environ = os.environ if environ is None else environ
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(setting.name, "")
        try:
            settings[setting.name] = setting.read(text) if text else setting.default
        except ValueError as wrong:
            raise ValueError(f"{setting.name}={text!r} cannot be read: {setting.meaning}") from wrong
    return settings
