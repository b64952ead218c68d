"""5.6: the only evidence of something done is not voided; a better file is added first."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from cs.records.attachments import Attachment, FileNeeded, attach, detach
from tests.capas import Capas
from tests.support import BLOCK_B, attach_mail, day_of

pytestmark = pytest.mark.sqlite


def add(record, step, by, on, *names) -> list[Attachment]:
    files = [
        SimpleNamespace(name=name, sha256=name * 64, mime="application/pdf", size=9, is_image=False)
        for name in names
    ]
    attach(record, files, step=step, by=by, on=on)
    return Attachment.of(record)[-len(files) :]


@pytest.fixture
def void(people, on):
    """void(record, file): void it as the sales manager or quality supervisor, with every right to."""

    def voided(record, file, role="quality_supervisor"):
        detach(record, file, reason="传错", by=people[role], on=on + timedelta(hours=2))

    return voided


@pytest.fixture
def measured(complaint_in, people, on):
    """A complaint of whose two measures each is carried out, with one file."""
    complaint = complaint_in("accepted", measures="open")
    for hours, row in enumerate(list(complaint.measure_book.open)):
        later = on + timedelta(minutes=hours)
        add(complaint, "do_measure", row.owner, later, str(hours))
        complaint.do_measure(
            measure_id=row.id, done_on=day_of(on), done_note="已实施", by=row.owner, on=later
        )
    return complaint


def test_the_only_evidence_of_a_measure_stays_until_a_better_file_is_there(measured, void, people, on):
    first, second = Attachment.of(measured)
    with pytest.raises(FileNeeded) as refused:
        void(measured, first, "sales_manager")
    assert (refused.value.evidence.step, refused.value.evidence.what) == ("do_measure", "每班点检温度")
    better, _spare = (add(measured, "attach", people["planner"], on + timedelta(hours=1), "8"), None)
    void(measured, first, "sales_manager")
    # the better file stands in for one measure, not for both, and cannot go itself
    for file in (second, better[0]):
        with pytest.raises(FileNeeded):
            void(measured, file, "sales_manager")


def test_one_of_two_files_of_a_measure_may_go_and_so_may_what_proves_nothing(measured, void, people, on):
    photo = add(measured, "contact", people["planner"], on, "7")[0]
    void(measured, photo, "sales_manager")
    row = measured.measures[0]
    _same_moment = add(measured, "do_measure", row.owner, row.done_at, "6")
    void(measured, Attachment.of(measured)[0], "sales_manager")


def test_a_file_of_before_the_measure_stands_in_for_nothing(complaint_in, people, on, void):
    complaint = complaint_in("accepted", measures="open")
    add(complaint, "attach", people["planner"], on - timedelta(hours=1), "5")
    row = complaint.measure_book.open[0]
    own = add(complaint, "do_measure", row.owner, on, "4")[0]
    complaint.do_measure(measure_id=row.id, done_on=day_of(on), done_note="x", by=row.owner, on=on)
    with pytest.raises(FileNeeded):
        void(complaint, own, "sales_manager")


def test_closing_first_does_not_get_round_it(complaint_in, people, on, void):
    complaint = complaint_in("accepted", measures="checked")
    row = complaint.measures[0]
    file = add(complaint, "do_measure", row.owner, row.done_at, "3")[0]
    complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)
    with pytest.raises(FileNeeded):
        void(complaint, file, "sales_manager")


def test_what_is_void_itself_proves_nothing(measured, void, people, on):
    measured.void(reason="重复", by=people["sales_manager"], on=on + timedelta(hours=1))
    for file in Attachment.of(measured):
        void(measured, file, "sales_manager")


@pytest.mark.parametrize("state", ["measures_set", "verified"])
def test_the_only_evidence_of_an_action_stays(people, on, void, state):
    capa = Capas(people, on)("measures_set", owners=("production_operator", "planner"))
    for action in list(capa.open_actions):
        file = add(capa, "do_action", action.owner, on, "2")[0]
        capa.do_action(action_id=action.id, done_on=day_of(on), done_note="已执行", by=action.owner, on=on)
        if state == "measures_set":
            break
        on = on + timedelta(minutes=1)
    if state == "verified":
        Capas(people, on).verify(capa, on + timedelta(days=8))
    assert capa.state == state
    with pytest.raises(FileNeeded):
        void(capa, file)


def test_an_action_sent_back_or_of_an_earlier_round_keeps_its_evidence(people, on, void):
    capas = Capas(people, on)
    capa = capas("measures_set")
    action = capa.open_actions[0]
    file = add(capa, "do_action", action.owner, on, "2")[0]
    capa.do_action(action_id=action.id, done_on=day_of(on), done_note="x", by=action.owner, on=on)
    capas.reopen(capa, on)
    with pytest.raises(FileNeeded):
        void(capa, file)


def test_the_mail_of_a_change_of_the_clock_stays_once_it_is_consented_to(complaint_in, people, on, void):
    complaint = complaint_in("analysing")
    clerk = people["sales_clerk"]
    mail = attach_mail(complaint, "amend", by=clerk, on=on)
    wished = on + timedelta(days=20)
    complaint.amend(amendment_reason="客户来信", customer_deadline=wished, by=clerk, on=on)
    complaint.consent_clock(by=people["sales_manager"], on=on)
    with pytest.raises(FileNeeded):
        void(complaint, mail, "sales_manager")


def test_the_mail_of_a_change_that_waits_may_go_and_then_it_can_only_be_refused(
    complaint_in, people, on, void
):
    complaint = complaint_in("analysing")
    clerk = people["sales_clerk"]
    mail = attach_mail(complaint, "amend", by=clerk, on=on)
    complaint.amend(amendment_reason="客户来信", customer_deadline=on + timedelta(days=20), by=clerk, on=on)
    void(complaint, mail, "sales_manager")
    assert complaint.clock_book.waiting.lost_evidence


@pytest.mark.parametrize("named", [False, True])
def test_the_mail_that_names_the_date_of_the_next_reply_stays(complaint_in, people, on, void, named):
    complaint = complaint_in("awaiting_customer")
    clerk = people["sales_clerk"]
    mail = attach_mail(complaint, "contact" if named else "refuse", by=clerk, on=on)
    complaint.refuse(
        response_on=day_of(on),
        response_note="不够",
        customer_deadline=on + timedelta(days=9),
        evidence_id=mail.id if named else None,
        by=clerk,
        on=on,
    )
    with pytest.raises(FileNeeded):
        void(complaint, mail, "sales_manager")


@pytest.mark.parametrize(("days", "stays"), [(30, True), (1, False)])
def test_the_mail_that_gives_us_more_time_from_the_start_stays(complaint_in, people, on, void, days, stays):
    complaint = complaint_in("received", customer_deadline=on + timedelta(days=days))
    mail = attach_mail(complaint, "log", by=people["sales_clerk"], on=complaint.registered_at)
    if stays:
        with pytest.raises(FileNeeded):
            void(complaint, mail, "sales_manager")
    else:
        void(complaint, mail, "sales_manager")


def test_the_last_file_of_what_was_explained_as_not_ours_stays(complaint_in, people, on, void):
    complaint = complaint_in("received")
    first = add(complaint, "log", people["sales_clerk"], on, "1")[0]
    for step in ("receive", "confirm"):
        words = BLOCK_B | {"liability": "customer", "route": "not_ours", "resp_dept": None}
        getattr(complaint, step)(
            by=people["quality_supervisor"], on=on, **(words if step == "confirm" else {})
        )
    shown, other = add(complaint, "explain", people["quality_inspector"], on, "2", "3")
    complaint.explain(reply_text="接反", by=people["quality_inspector"], on=on)
    void(complaint, first, "sales_manager")
    void(complaint, other, "sales_manager")
    with pytest.raises(FileNeeded):
        void(complaint, shown, "sales_manager")
