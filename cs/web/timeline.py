"""The timeline of a record: its events, newest first, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext

from cs.records.events import Event
from cs.records.record import Record
from cs.records.sections import sections
from cs.web.timeline_rows import Change, RowNames, is_part, part_changes, shortened
from cs.wording.formats import list_in_words
from cs.wording.history import REFERENCES, field_name, value_in_words
from cs.wording.labels import role_name, step_name

# Of events that every kind of record has; a section adds those of its own steps.
ICONS = {
    "create": "plus-circle",
    "attach": "paperclip",
    "detach": "x-circle",
    "void": "x-octagon",
    "amend": "pencil",
    "edit": "pencil",
    "import": "box-arrow-in-down",
    "limit_reached": "arrow-up-circle",
    "below_limit": "arrow-down-circle",
}
MAX_EVENTS = 100  # that a page shows unless the URL asks for all
UNLISTED_FIELDS = frozenset(
    {
        "number",
        "state",
        "version",
        "created_at",
        "created_by_id",
        "registered_at",
        "first_due_at",
        "sort_name",
        "id",
        "code",
        "filed_at",
        "chain",
        "withdrawn_at",
        "logo",  # the bytes of the picture; its name says which
        "logo_mime",
        "first_steps_hidden",
        "changer_ids",
    }
)


@dataclass(frozen=True)
class TimelineEntry:
    event: Event  # holds its person in the session, whom the rest of the page names too
    at: datetime
    password_at: datetime | None  # when the password was typed that covered the signature
    who: str
    role: str
    label: str
    clause: str | None
    note: str | None
    changes: list[Change]
    icon: str


@dataclass(frozen=True)
class OlderEntries:
    """The number of events that are not shown, and the URL that shows all."""

    older: int
    url: str


def timeline(record: Record) -> list[TimelineEntry | OlderEntries]:
    """Return the latest events of a record; all of them when the URL asks for that."""
    events = record.latest_events(None if request.args.get("history") == "all" else MAX_EVENTS)
    entries: list[TimelineEntry | OlderEntries] = [*_entries(record, events)]
    older = record.version - len(events)
    return [*entries, OlderEntries(older, "?history=all")] if older else entries


def changes_since(record: Record, version: int) -> list[TimelineEntry]:
    """Return the events after a version of the record."""
    events = record.latest_events(MAX_EVENTS)
    return [entry for entry in _entries(record, events) if entry.event.seq > version]


def _entries(record: Record, events: list[Event]) -> list[TimelineEntry]:
    """Return the entries of events, newest first; rows of the record are named as the events before say."""
    names = RowNames()
    entries = [_entry(record, event, names) for event in reversed(events)]
    return entries[::-1]


def _entry(record: Record, event: Event, names: RowNames) -> TimelineEntry:
    details = event.details
    password_at = details.get("password_at")
    # The first event holds the record as it was made, which the page shows anyway.
    changes = _changes(record, details, names) if event.seq > 1 else []
    names.learn(details.get("changes", {}))
    icon = sections().step_icons.get((record.kind, event.name)) or ICONS.get(event.name, "dot")
    return TimelineEntry(
        event=event,
        at=event.at,
        password_at=datetime.fromisoformat(password_at) if password_at else None,
        who=event.by.name if event.by else gettext("the system"),
        role=role_name(event.role),
        label=step_name(record.kind, event.name),
        clause=event.clause,
        note=details.get("note") or _files_in_words(details),
        changes=changes,
        icon=icon,
    )


def _changes(record: Record, details: dict[str, Any], names: RowNames) -> list[Change]:
    own_id = f"{record.kind}_id"
    changes: list[Change] = []
    for field, (old, new) in details.get("changes", {}).items():
        if not _is_listed(field) or new == details.get("note"):
            continue
        if is_part(old, new):
            changes += part_changes(field, old, new, own_id, names)
        else:
            old_text = None if old in (None, []) else shortened(value_in_words(field, old, own_id))
            new_text = shortened(value_in_words(field, new, own_id))
            changes.append(Change(field_name(field), old_text, new_text))
    return changes


def _is_listed(field: str) -> bool:
    return field not in UNLISTED_FIELDS and (field in REFERENCES or not field.endswith("_id"))


def _files_in_words(details: dict[str, Any]) -> str | None:
    names = list_in_words(name for name, _hash in details.get("files", []))
    if names and "row" in details:
        return gettext("%(file)s, row %(row)s", file=names, row=details["row"])  # type: ignore[no-any-return]
    return names or None
