"""The conditions of steps in words."""

from __future__ import annotations

from flask_babel import gettext

from cs.records.procedure import rulebook
from cs.wording.language import in_language


def condition_in_words(condition: str) -> str:
    """Return in words what must hold for a step; of a route its name."""
    named = rulebook().choices["condition"] | rulebook().choices["route"]
    if condition in named:
        return in_language(named[condition])
    words = {
        "answer_ready": gettext("a reply is ready"),
        "answer_missing": gettext("no reply is ready yet"),
        "customer_silent": gettext("no answer for %(days)s days", days=rulebook().reply.no_answer_days),
    }
    return str(words[condition])
