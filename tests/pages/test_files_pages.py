"""Files on a record: added, downloaded under their own names, shown small, voided with a reason; never run in
the site's pages."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import Attachment
from cs.records.events import Event
from tests.support import PASSWORD, attach_mail, kept, picture, upload
from tests.tables import ROLES

ADD = "/files/complaint/1/add"
TEXT = ("检验记录.txt", "结果:合格".encode())


@pytest.fixture
def complaint(complaint_in):
    return complaint_in("received")


@pytest.fixture
def on_record(app):
    """The files on complaint 1 as (name, step, void reason)."""

    def read() -> list[tuple]:
        with app.app_context():
            return [
                (one.name, one.step, one.void_reason)
                for one in db.session.query(Attachment).order_by(Attachment.id)
            ]

    return read


def names(browser) -> str:
    return browser.get("/complaints/1").text


def test_any_department_adds_a_photograph_and_it_stands_on_the_page(as_role, complaint, on_record):
    keeper = as_role("warehouse_keeper").step(ADD, files=upload(picture()))
    assert (keeper.status, keeper.location, on_record()) == (
        303,
        "/complaints/1",
        [("照片.jpg", "attach", None)],
    )
    assert "照片.jpg" in names(keeper)


@pytest.mark.both_databases
def test_several_files_come_in_at_once_with_one_event(as_role, complaint, on_record, app):
    as_role("quality_inspector").step(ADD, files=[upload(picture()), upload(TEXT[1], TEXT[0])])
    with app.app_context():
        event = db.session.query(Event).order_by(Event.site_seq.desc()).first()
    assert ([name for name, _hash in event.details["files"]], len(on_record())) == (
        ["照片.jpg", "检验记录.txt"],
        2,
    )


@pytest.mark.both_databases
def test_a_file_comes_back_byte_for_byte_as_a_download_under_its_own_name(as_role, complaint):
    browser = as_role("quality_inspector")
    browser.step(ADD, files=upload(TEXT[1], TEXT[0]))
    browser.get("/files/1")
    headers = browser.response.headers
    assert (browser.response.get_data(), headers["X-Content-Type-Options"]) == (TEXT[1], "nosniff")
    assert headers["Content-Disposition"].startswith("attachment")
    assert "%E6%A3%80%E9%AA%8C%E8%AE%B0%E5%BD%95.txt" in headers["Content-Disposition"]


@pytest.mark.parametrize(("query", "side"), [("", 160), ("?size=480", 480), ("?size=9999", 160)])
def test_a_photograph_is_shown_small(as_role, complaint, query, side):
    browser = as_role("quality_inspector")
    browser.step(ADD, files=upload(picture((2000, 1000))))
    browser.get(f"/files/1/thumbnail{query}")
    assert Image.open(io.BytesIO(browser.response.get_data())).size == (side, side // 2)
    assert (browser.response.mimetype, browser.response.headers["Cache-Control"]) == (
        "image/jpeg",
        "no-store",
    )


def test_what_is_no_picture_has_no_small_one(as_role, complaint):
    browser = as_role("quality_inspector")
    browser.step(ADD, files=upload(TEXT[1], TEXT[0]))
    assert browser.get("/files/1/thumbnail").status == 404


def test_no_file_chosen_is_said_beside_the_field(as_role, complaint, on_record):
    browser = as_role("quality_inspector").step(ADD)
    assert (browser.status, set(browser.faults), on_record()) == (422, {"files"}, [])


def test_the_good_file_is_kept_when_another_is_refused(as_role, complaint, on_record):
    browser = as_role("quality_inspector").step(ADD, files=[upload(picture()), upload(b"MZ", "setup.exe")])
    assert (browser.status, set(browser.faults), "照片.jpg" in browser.text) == (422, {"files"}, True)
    assert (browser.send(ADD).status, on_record()) == (303, [("照片.jpg", "attach", None)])


def test_a_wrong_file_is_voided_with_its_reason_and_stays_readable(as_role, complaint, on_record):
    browser = as_role("quality_inspector")
    browser.step(ADD, files=upload(TEXT[1], TEXT[0]))
    assert set(browser.step("/files/1/void", reason=" ").faults) == {"reason"}
    assert browser.send("/files/1/void", reason="别的客户的").status == 303
    assert on_record() == [("检验记录.txt", "attach", "别的客户的")]
    assert ("别的客户的" in names(browser), browser.get("/files/1").status) == (True, 200)


def test_a_second_press_voids_once_and_shows_the_record(as_role, complaint, on_record):
    browser = as_role("quality_inspector")
    browser.step(ADD, files=upload(picture()))
    fields = browser.get("/files/1/void").form() | {"reason": "别的客户的"}
    assert [(browser.post("/files/1/void", fields).status, browser.location) for _ in range(2)] == [
        (303, f"/complaints/{complaint.id}")
    ] * 2
    assert on_record()[0][2] == "别的客户的"


def test_a_void_file_is_not_voided_again(as_role, complaint, on_record):
    browser = as_role("quality_inspector")
    browser.step(ADD, files=upload(picture()))
    browser.step("/files/1/void", reason="一")
    fields = browser.get("/files/1/void").form() if browser.get("/files/1/void").status == 200 else {}
    assert browser.post("/files/1/void", fields, reason="二").status == 409
    assert on_record()[0][2] == "一"


def test_a_customer_has_files_too(as_role, on_record):
    browser = as_role("sales_clerk").step("/files/customer/1/add", files=upload(picture()))
    assert (browser.location, on_record()) == ("/customers/1", [("照片.jpg", "attach", None)])


@pytest.mark.sqlite
def test_who_may_read_may_download_and_who_works_may_add(as_role, complaint, app):
    as_role("quality_inspector").step(ADD, files=upload(TEXT[1], TEXT[0]))
    answers = {}
    for role in ROLES:
        browser = as_role(role)
        answers[role] = (
            browser.get("/files/1").status,
            browser.get(ADD).status,
            browser.post(ADD).status,
            browser.get("/files/1/void").status,
        )
    works = dict.fromkeys(ROLES, (200, 200, 422, 403)) | dict.fromkeys(
        ("quality_inspector", "sales_manager"), (200, 200, 422, 200)
    )
    assert answers == works | {"auditor": (200, 403, 403, 403), "administrator": (403, 403, 403, 403)}


@pytest.mark.parametrize("state", ["closed", "void", "declined"])
def test_what_is_closed_or_void_takes_no_more_files(as_role, complaint_in, on_record, state):
    complaint_in(state)
    browser = as_role("quality_inspector")
    assert "file-add" not in browser.get("/complaints/1").html
    assert (browser.get(ADD).status, browser.post(ADD, files=upload(picture())).status, on_record()) == (
        409,
        409,
        [],
    )


def test_a_file_on_a_closed_record_is_voided_by_who_may_void_the_record_and_no_other(
    as_role, complaint_in, on_record
):
    complaint_in("accepted")
    inspector, manager = as_role("quality_inspector"), as_role("sales_manager")
    inspector.step(ADD, files=upload(picture()))
    fields = inspector.get("/files/1/void").form() | {"reason": "别的客户的"}
    as_role("quality_supervisor").step("/complaints/1/close", password=PASSWORD)
    assert [one.get("/complaints/1").html.count("file-void") for one in (inspector, manager)] == [0, 1]
    assert (
        inspector.get("/files/1/void").status,
        inspector.post("/files/1/void", fields).status,
        on_record()[0][2],
    ) == (409, 409, None)
    assert (
        as_role("sales_clerk").get("/files/1/void").status,
        manager.step("/files/1/void", reason="别的客户的").status,
    ) == (403, 303)
    assert on_record()[0][2] == "别的客户的"


def test_a_colleagues_file_is_not_mine_to_void(as_role, complaint, on_record):
    as_role("warehouse_keeper").step(ADD, files=upload(picture()))
    inspector = as_role("quality_inspector").get("/complaints/1")
    assert ("file-add" in inspector.html, "file-void" in inspector.html) == (True, False)
    assert (inspector.post("/files/1/void", reason="错").status, on_record()[0][2]) == (403, None)


def test_nobody_downloads_without_signing_in(as_role, complaint):
    as_role("quality_inspector").step(ADD, files=upload(picture()))
    assert as_role(None).get("/files/1").location.startswith("/login")


def test_a_picture_that_was_damaged_on_the_disk_has_no_small_one_and_is_no_fault(as_role, complaint, app):
    browser = as_role("quality_inspector").step(ADD, files=upload(picture()))
    stored = next(path for path in app.extensions["files"].folder.glob("??/*"))
    stored.chmod(0o644)
    stored.write_bytes(b"x")
    assert browser.get("/files/1/thumbnail").status == 404


def test_a_file_lost_on_the_disk_is_404_not_a_fault(as_role, complaint, app):
    browser = as_role("quality_inspector").step(ADD, files=upload(picture()))
    with app.app_context():
        app.extensions["files"].path(db.session.get(Attachment, 1).sha256).unlink()
    assert [
        browser.get(address).status for address in ("/files/1", "/files/1/thumbnail", "/complaints/1")
    ] == [404, 404, 200]


def test_the_only_evidence_of_a_measure_is_kept_until_a_better_file_is_added(
    as_role, complaint_in, on_record
):
    complaint_in("accepted", measures="open")
    inspector = as_role("quality_inspector")
    report = {"done_note": "已实施", "files": upload(picture(), "证据.jpg")}
    assert inspector.step("/complaints/1/do_measure", **report).status == 303
    said = "这是唯一的证据：完成对策 · 出货前增加听音。 请先添加更合适的文件。"
    assert said in inspector.get("/files/1/void").text
    inspector.step("/files/1/void", reason="拍错")
    assert (inspector.status, inspector.faults, on_record()[0][2]) == (422, {"reason": said}, None)
    better = upload(picture(color=(1, 200, 3)), "更清楚.jpg")
    assert as_role("warehouse_keeper").step(ADD, files=better).status == 303
    assert said not in inspector.get("/files/1/void").text
    assert inspector.step("/files/1/void", reason="拍错").status == 303


def test_the_only_evidence_on_a_closed_record_stays(as_role, complaint_in, on_record, app, people, on):
    complaint = complaint_in("accepted", measures="checked")
    with kept(app):
        record = db.session.get(Complaint, complaint.id)
        row = record.measures[0]
        attach_mail(record, "do_measure", by=people["production_manager"], on=row.done_at)
        record.close(closing_note=None, by=people["quality_supervisor"], on=on)
    manager = as_role("sales_manager").step("/files/1/void", reason="错")
    assert (manager.status, "记录已结案，不能作废" in manager.faults["reason"]) == (422, True)
    assert on_record()[0][2] is None
