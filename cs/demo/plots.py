"""What happens in the demo's complaints, as tables: those that lie behind, and those that wait today, for whom and since when."""
from __future__ import annotations

from dataclasses import dataclass

CRITICAL = ("FUN.heat", "ENV")  # what goes to the meeting by its severity


@dataclass(frozen=True)
class Plot:
    """What happens in a case. `stops_at`: the task at which it still waits; `taken_by`: who has taken that."""

    ours: bool = True
    nature: str = "sporadic"
    about: str | None = None  # the beginning of its defect's code, or who is liable
    late: bool = False
    next_day: bool = False
    refused: int = 0  # how often the customer refuses our reply
    silent: bool = False
    unknown: bool = False
    amended: bool = False
    declined: bool = False
    void: str | None = None
    overruled: bool = False  # a batch or chronic problem that is answered the short way
    talk: bool = False
    sample: str | None = None  # what became of the defect sample: given_back, scrapped, never_came, here, awaited
    capa: str | None = None  # in which state the CAPA of its meeting still stands
    twist: str | None = None  # what happens to that CAPA (remedies.TWISTS)
    directly: bool = False
    passed_on: bool = False
    photo: bool = False
    stops_at: str | None = None
    taken_by: str | None = None

    @property
    def takes(self) -> int:
        """Days from the call until all of it lies behind, feasts counted in."""
        if (self.nature != "sporadic" and not self.overruled) or self.about in CRITICAL:  # by the meeting: until the CAPA is verified
            return {"again": 150, "twice_again": 210}.get(self.twist or "", 95) + 20 * self.refused
        return 20 + 16 * self.refused + 14 * self.silent + 4 * self.late + 14 * (self.sample is not None)


# The cases that lie behind: how many of each kind.
BEHIND: tuple[tuple[int, Plot], ...] = (
    (51, Plot()),
    (20, Plot(photo=True)),
    (14, Plot(talk=True)),
    (6, Plot(talk=True, sample="given_back")),
    (4, Plot(talk=True, sample="scrapped")),
    (3, Plot(sample="never_came")),
    (4, Plot(sample="here")),
    (12, Plot(late=True)),
    (9, Plot(next_day=True)),
    (11, Plot(refused=1)),
    (3, Plot(refused=2)),
    (7, Plot(silent=True)),
    (8, Plot(unknown=True)),
    (10, Plot(amended=True)),
    *((3, Plot(about=category)) for category in ("LBL", "DIM", "REL", "SW", "QTY", "DOC", "DEL", "SRV", "supplier")),
    (3, Plot(about="FUN.heat", photo=True)),
    (3, Plot(about="ENV")),
    (7, Plot(nature="batch", photo=True)),
    (2, Plot(nature="batch", photo=True, twist="again")),
    (1, Plot(nature="batch", twist="twice_again")),
    (3, Plot(nature="batch", talk=True, twist="sent_back")),
    (2, Plot(nature="batch", twist="reassigned")),
    (2, Plot(nature="batch", twist="amended")),
    (5, Plot(nature="chronic")),
    (3, Plot(nature="chronic", refused=1)),
    (3, Plot(nature="batch", overruled=True)),
    (3, Plot(nature="chronic", overruled=True)),
    (11, Plot(ours=False)),
    (3, Plot(ours=False, about="carrier")),
    (3, Plot(ours=False, about="ntf")),
    (5, Plot(ours=False, directly=True)),
    (3, Plot(ours=False, refused=1)),
    (3, Plot(ours=False, silent=True)),
    (9, Plot(declined=True)),
    (3, Plot(void="twice")),
    (4, Plot(void="withdrawn")),
)
PASSED_ON = 38  # so many of them another department hears first


@dataclass(frozen=True)
class Waiting:
    """A case that waits now: for which task, whether that is over its due date, due today or later, who has taken it, and how it came here."""

    task: str
    when: str = "later"
    taken_by: str | None = None
    plot: Plot = Plot()
    ago: int | None = None  # days since our reply was sent


NOT_OURS = Plot(ours=False)
BATCH, CHRONIC = Plot(nature="batch"), Plot(nature="chronic")


def _at(capa: str, nature: str = "batch") -> Plot:
    return Plot(nature=nature, capa=capa)


OPEN: tuple[Waiting, ...] = (
    Waiting("register"), Waiting("register", "today"), Waiting("register", "late", "wangli"),
    Waiting("receive"), Waiting("receive", "today"), Waiting("receive", "late"),
    Waiting("confirm", "later", "quality_inspector", Plot(sample="awaited")), Waiting("confirm", "today", None, Plot(sample="awaited")),
    Waiting("confirm", "late", "yangfan", Plot(sample="awaited", talk=True)),
    Waiting("confirm_again", ago=7, plot=Plot(refused=1)),
    # the short way (5.2.2.3)
    Waiting("settle"), Waiting("settle", "today", "quality_supervisor"), Waiting("settle", "late"),
    Waiting("send_reply"), Waiting("send_reply", "today", "sales_clerk"), Waiting("send_reply", "late"),
    Waiting("follow_up", ago=3), Waiting("follow_up", "later", "sales_clerk", ago=5), Waiting("follow_up", "today", ago=10),
    Waiting("follow_up", "late", "zhaoyan", ago=12),
    Waiting("close", ago=9), Waiting("close", "later", "quality_supervisor", ago=10), Waiting("close", ago=13),
    # not ours (5.2.2.2)
    Waiting("explain", plot=NOT_OURS), Waiting("explain", "today", "quality_inspector", NOT_OURS), Waiting("send_reply", plot=NOT_OURS),
    Waiting("follow_up", plot=NOT_OURS, ago=4), Waiting("follow_up", plot=NOT_OURS, ago=6), Waiting("follow_up", plot=NOT_OURS, ago=8),
    Waiting("close", plot=NOT_OURS, ago=9), Waiting("close", plot=NOT_OURS, ago=11), Waiting("close", plot=NOT_OURS, ago=12),
    # by the meeting (5.2.2.4)
    Waiting("meet", plot=BATCH), Waiting("meet", "late", plot=CHRONIC), Waiting("dispose", plot=BATCH),
    Waiting("issue_result", plot=BATCH), Waiting("issue_result", "today", plot=CHRONIC), Waiting("send_reply", plot=_at("issued")),
    Waiting("follow_up", plot=_at("issued"), ago=2), Waiting("follow_up", plot=_at("analysed"), ago=4),
    Waiting("follow_up", plot=_at("measures_set", "chronic"), ago=7),
    Waiting("close", plot=_at("analysed"), ago=10), Waiting("close", plot=_at("measures_set"), ago=14), Waiting("close", plot=_at("measures_set", "chronic"), ago=12),
    Waiting("close", plot=_at("carried_out"), ago=30), Waiting("close", plot=_at("carried_out", "chronic"), ago=36), Waiting("close", plot=_at("carried_out"), ago=33),
)
# The step after which a case waits for the task.
LAST_DONE = {"meet": "confirm", "dispose": "meet", "issue_result": "dispose", "register": "pass_on", "receive": "first", "confirm": "receive",
             "settle": "confirm", "explain": "confirm", "send_reply": "prepare"}
