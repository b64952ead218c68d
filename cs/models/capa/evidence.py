"""What the files of a CAR prove (5.6): its actions, each with the evidence of its carrying out."""

from __future__ import annotations

from cs.models.capa.capa import Capa
from cs.records.attachments import Evidence, files_of_step, proven_by_files


@proven_by_files("capa", "actions")
def actions_done(capa: Capa) -> list[Evidence]:
    """Return the actions that are carried out, of every round (7.4-48)."""
    return [
        Evidence("do_action", row.content, row.done_at, files_of_step(capa, "do_action", row.done_at))
        for row in capa.actions
        if row.done_at is not None
    ]
