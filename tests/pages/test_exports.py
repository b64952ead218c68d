"""Long registers: wanted by a button, written in the background, waiting under My files for their person
alone."""

from __future__ import annotations

import csv
import dataclasses
import errno
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from cs.exports import writing as exports
from cs.exports.writing import ExportKeeper
from cs.extensions import begin_write, db
from cs.models.complaints.complaint import Complaint
from cs.models.exports import MOST_ATTEMPTS, MOST_OF_ONE, Export
from cs.printing.formats import FORMATS
from cs.records.users import User
from tests import support
from tests.support import Browser, record_at

pytestmark = pytest.mark.both_databases

FILES, PAGE = "/reports/files/", "/reports/complaints"
ASK = "/reports/files/ask/complaints.xlsx"


@pytest.fixture(autouse=True)
def long_from_three_lines(app: Flask) -> None:
    app.config["CS_EXPORT_ROWS"] = 2


@pytest.fixture
def three(complaint_in: Callable[..., Complaint]) -> list[str]:
    """The numbers of three complaints, which are more than are answered at once."""
    return [complaint_in(state).number for state in ("received", "answering", "closed")]


@pytest.fixture
def clerk(as_role: Callable[..., Browser]) -> Browser:
    return as_role("sales_clerk")


def work(app: Flask, tell: Callable[[str, dict[str, Any]], Any] | None = None) -> list[dict[str, Any]]:
    """What the keeper does, here and now: begins what is next, has it written, notes what is told while it is
    told."""
    told: list[dict[str, Any]] = []
    with app.app_context():
        token = exports.begin_next()

    def hear(answer: dict[str, Any]) -> None:
        told.append(answer)
        with app.app_context():  # another connection, as the server's is
            exports.record_progress(token, answer)
            if tell:
                tell(token, answer)

    if token is not None:
        with app.app_context():
            exports.write_file(token, hear)
    return told


def written(app: Flask, browser: Browser, address: str = ASK) -> Browser:
    """The file, asked for, written and downloaded."""
    browser.post(address)
    work(app)
    browser.get(FILES)
    return browser.get(browser.soup.select_one("a[id^=get-]")["href"])


def sheet_of(browser: Browser) -> Any:
    return openpyxl.load_workbook(io.BytesIO(browser.response.data)).active


@contextmanager
def the_export(app: Flask) -> Iterator[Export]:
    """The only one, as it stands; what is changed inside is kept."""
    with app.app_context():
        yield db.session.query(Export).one()
        db.session.commit()


def left_behind(app: Flask) -> list[Path]:
    folder = app.config["CS_DATA"] / "exports"
    return list(folder.iterdir()) if folder.exists() else []


# Asking


def test_a_long_register_is_asked_for_by_a_button_and_waits_under_my_files(
    clerk: Browser, three: list[str]
) -> None:
    clerk.get(PAGE)
    assert [form["action"] for form in clerk.soup.select(".register-files form")] == [
        ASK,
        ASK.replace("xlsx", "csv"),
    ]
    assert clerk.post(ASK).location == FILES
    assert "MJ-QP-12-05" in clerk.get(FILES).text
    assert "排队等候" in clerk.text
    assert clerk.soup.select_one("#files")["data-poll"] == "2"


def test_htmx_is_led_to_my_files_as_well(as_role: Callable[..., Browser], three: list[str]) -> None:
    browser = as_role("sales_clerk", htmx=True)
    assert (browser.post(ASK).status, browser.location) == (204, FILES)


def test_a_short_register_is_answered_at_once(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    complaint_in("received")
    clerk.get(PAGE)
    assert clerk.soup.select(".register-files form") == []
    assert clerk.get(f"{PAGE}.csv").response.mimetype == "text/csv"


def test_a_link_to_a_long_file_changes_nothing_and_offers_the_button(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    assert clerk.get(f"{PAGE}.xlsx?sort=newest&nothing=1").status == 200
    assert [form["action"] for form in clerk.soup.select("main form")] == [f"{ASK}?sort=newest"]
    with app.app_context():
        assert db.session.query(Export).count() == 0


def test_a_double_click_makes_one_file_and_another_period_another(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    for address in (ASK, ASK, f"{ASK}?nothing=1", f"{ASK}?from=2026-01-01", ASK.replace("xlsx", "csv")):
        clerk.post(address)
    with app.app_context():
        asked = [(one.ending, one.asked) for one in db.session.query(Export).order_by(Export.id)]
    assert asked == [("xlsx", ""), ("xlsx", "from=2026-01-01"), ("csv", "")]


def test_a_full_list_says_so_and_takes_no_more(app: Flask, clerk: Browser, three: list[str]) -> None:
    for day in range(MOST_OF_ONE + 1):
        clerk.post(f"{ASK}?from=2026-01-{day + 1:02}")
    assert "文件列表已满" in clerk.get(FILES).text
    assert len(clerk.soup.select(".export-row")) == MOST_OF_ONE


def test_a_period_that_is_none_is_said_on_the_registers_page(clerk: Browser, three: list[str]) -> None:
    clerk.post(f"{ASK}?from=2026-05-01&to=2026-04-01")
    assert "结束日期早于开始日期" in clerk.get(clerk.location).text
    assert "没有文件" in clerk.get(FILES).text


@pytest.mark.parametrize(
    "address",
    [
        ASK.replace("complaints", "nothing"),
        ASK.replace("xlsx", "exe"),
        f"{FILES}0",
        f"{FILES}7",
        f"{FILES}{2**40}",
    ],
)
def test_what_is_not_there_is_not_found(clerk: Browser, address: str) -> None:
    assert (clerk.post(address) if "ask" in address else clerk.get(address)).status == 404


@pytest.mark.parametrize("asked", ["name=1&ending=2&_anchor=3", "q=%00", "page=-1&language=xx"])
def test_what_means_nothing_in_an_address_is_no_question(
    app: Flask, clerk: Browser, three: list[str], asked: str
) -> None:
    assert clerk.get(f"{PAGE}?{asked}").status == 200
    assert clerk.post(f"{ASK}?{asked}").location == FILES
    assert [
        row[1].value for row in sheet_of(written(app, clerk, f"{ASK}?{asked}")).iter_rows(min_row=4)
    ] == three


@pytest.mark.parametrize(
    "asked", ["state=nothing", "sort=nothing", "from=2026-02-01&to=2026-01-01", "from=gestern"]
)
def test_a_hand_made_question_is_no_file_but_the_page_that_says_so(
    app: Flask, clerk: Browser, three: list[str], asked: str
) -> None:
    assert clerk.post(f"{ASK}?{asked}").location.startswith(PAGE)
    assert clerk.get(clerk.response.location).status == 422
    with support.kept(app):
        assert db.session.query(Export).count() == 0


# The file


@pytest.mark.parametrize("narrowed", ["", "?state=closed", "?sort=newest", "?q=CC-"])
def test_the_file_holds_the_lines_of_the_page_in_their_order(
    app: Flask, clerk: Browser, three: list[str], narrowed: str
) -> None:
    clerk.get(PAGE + narrowed)
    shown = [row.select_one("th").get_text(strip=True) for row in clerk.soup.select("tbody tr")]
    assert shown
    assert [
        row[1].value for row in sheet_of(written(app, clerk, ASK + narrowed)).iter_rows(min_row=4)
    ] == shown
    assert f"已完成：{len(shown)} 行" in clerk.get(FILES).text


def test_a_csv_is_written_in_the_background_too(app: Flask, clerk: Browser, three: list[str]) -> None:
    written(app, clerk, ASK.replace("xlsx", "csv"))
    assert [line[1] for line in csv.reader(io.StringIO(clerk.response.data.decode("utf-8-sig")))][1:] == three
    assert clerk.response.mimetype == "text/csv"


def test_the_file_says_in_its_head_and_name_when_it_was_drawn(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    sheet, today = sheet_of(written(app, clerk)), support.day_of(datetime.now(UTC))
    assert f"截至 {today}" in sheet["A1"].value
    assert f"{today}" in clerk.response.headers["Content-Disposition"]


def test_the_file_is_in_the_language_of_who_asked(
    app: Flask, as_role: Callable[..., Browser], three: list[str]
) -> None:
    browser = as_role("auditor", language="en")
    assert sheet_of(written(app, browser))["B3"].value == "Complaint no."


def test_what_is_logged_while_it_is_written_is_not_in_it_and_waits_for_nothing(
    app: Flask, clerk: Browser, three: list[str], people: dict[str, User], on: datetime
) -> None:
    def log(_token: str, answer: dict[str, Any]) -> None:
        if answer.get("rows") == 0:
            begin_write(wait=1)
            support.Cases({role: db.session.merge(one) for role, one in people.items()}, on)("received")
            db.session.commit()

    clerk.post(ASK)
    told = work(app, log)
    assert [told[-2], set(told[-1])] == [{"rows": 3, "all": 3}, {"done", "size"}]
    with app.app_context():
        assert db.session.query(Complaint).count() == 4


def test_how_far_it_is_stands_on_the_page(app: Flask, clerk: Browser, three: list[str]) -> None:
    clerk.post(ASK)
    with app.app_context():
        token = exports.begin_next()
        exports.record_progress(token, {"rows": 12_000, "all": 100_000})
    clerk.get(FILES)
    assert (clerk.soup.progress["value"], clerk.soup.progress["max"]) == ("12000", "100000")
    assert "已写 12,000 行，共 100,000 行" in clerk.text


def test_the_page_asks_no_more_when_all_is_done(app: Flask, clerk: Browser, three: list[str]) -> None:
    written(app, clerk)
    clerk.get(FILES)
    assert not clerk.soup.select_one("#files").has_attr("data-poll")


# Whose


def test_nobody_sees_the_files_of_others(
    app: Flask, clerk: Browser, as_role: Callable[..., Browser], three: list[str]
) -> None:
    written(app, clerk)
    manager = as_role("sales_manager")
    assert "没有文件" in manager.get(FILES).text
    assert [
        manager.get(f"{FILES}1").status,
        manager.post(f"{FILES}1/remove").status,
        manager.post(f"{FILES}1/again").status,
    ] == [404, 404, 404]
    assert clerk.get(f"{FILES}1").status == 200


def test_an_administrator_has_no_files(as_role: Callable[..., Browser]) -> None:
    browser = as_role("administrator")
    assert [
        browser.get(FILES).status,
        browser.get(f"{FILES}1").status,
        browser.post(ASK).status,
        browser.post(f"{FILES}1/remove").status,
        browser.post(f"{FILES}1/again").status,
    ] == [403] * 5


def test_who_is_not_signed_in_is_led_to_the_login(as_role: Callable[..., Browser]) -> None:
    assert as_role(None).get(f"{FILES}1").location.startswith("/login")


@pytest.mark.parametrize("address", [ASK, f"{FILES}1/remove", f"{FILES}1/again"])
def test_what_changes_anything_needs_its_token(
    app: Flask, clerk: Browser, three: list[str], address: str
) -> None:
    clerk.post(ASK)
    assert clerk.post(address, csrf=False).status == 400
    with the_export(app) as export:
        assert export.stage == "waiting"


def test_a_file_that_is_not_finished_cannot_be_had(clerk: Browser, three: list[str]) -> None:
    clerk.post(ASK)
    assert clerk.get(f"{FILES}1").status == 404


# In turn


def test_people_are_served_in_turn_however_much_one_of_them_wants(
    app: Flask, as_role: Callable[..., Browser]
) -> None:
    first, second = as_role("sales_clerk"), as_role("auditor")
    for day in range(1, 4):
        first.post(f"{ASK}?from=2026-01-{day:02}")
    second.post(f"{ASK}?from=2026-02-01")
    second.post(f"{ASK}?from=2026-02-02")
    order = []
    for _ in range(5):
        with app.app_context():
            export = Export.by_token(exports.begin_next())
            order.append(export.asked)
            exports.record_progress(export.token, {"failed": "broken"})
    assert order == [
        "from=2026-01-01",
        "from=2026-02-01",
        "from=2026-01-02",
        "from=2026-02-02",
        "from=2026-01-03",
    ]


def test_the_word_that_names_a_file_is_never_taken_for_an_option_of_a_command(
    app: Flask, clerk: Browser
) -> None:
    clerk.post(ASK)
    with app.app_context():
        assert exports.begin_next().isalnum()


def test_no_more_are_written_at_once_than_the_setting_says(
    app: Flask, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 5):
        clerk.post(f"{ASK}?from=2026-01-{day:02}")
    monkeypatch.setattr(exports, "Thread", lambda target, args, **_: Busy())
    keeper = ExportKeeper(app)
    for _ in range(2):
        with app.app_context():
            keeper.begin_queued()
    with app.app_context():
        assert [one.stage for one in db.session.query(Export).order_by(Export.id)] == [
            "running",
            "running",
            "waiting",
            "waiting",
        ]


class Busy:
    """A thread whose process does not end."""

    def start(self) -> None:
        return None

    def is_alive(self) -> bool:
        return True


def test_one_keeper_alone_works_on_a_data_folder(app: Flask) -> None:
    one, other = ExportKeeper(app), ExportKeeper(app)
    with app.app_context(), one.lock() as first:
        assert one.is_alone(first)
        with other.lock() as second:
            assert [other.is_alone(second), one.is_alone(first)] == [False, True]
            first.close()
            assert other.is_alone(second)


# Letting go


def test_a_file_is_removed_by_its_person(app: Flask, clerk: Browser, three: list[str]) -> None:
    written(app, clerk)
    assert clerk.post(f"{FILES}1/remove").location == FILES
    assert "没有文件" in clerk.get(FILES).text
    assert left_behind(app) == []


def test_what_is_called_off_while_it_is_written_leaves_nothing(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    clerk.post(ASK)

    def call_off(_token: str, _answer: dict[str, Any]) -> None:
        for export in db.session.query(Export):
            db.session.delete(export)
        db.session.commit()

    assert "done" in work(app, call_off)[-1]
    assert left_behind(app) == []


def test_a_file_goes_when_its_time_is_over(
    app: Flask, clerk: Browser, three: list[str], people: dict[str, User]
) -> None:
    written(app, clerk)
    with the_export(app) as export:
        over = export.expires_at
        assert over - export.finished_at == timedelta(hours=app.config["CS_EXPORT_HOURS"])
        export.expires_at = datetime.now(UTC)
    record_at(app, people, datetime.now(UTC))
    assert "没有文件" in clerk.get(FILES).text
    assert clerk.get(f"{FILES}1").status == 404
    with app.app_context():
        exports.delete_expired_exports(datetime.now(UTC))
        assert db.session.query(Export).count() == 0
    assert left_behind(app) == []


@pytest.mark.parametrize(
    ("later", "recorded", "kept"),
    [
        (timedelta(hours=47), True, True),
        (timedelta(hours=48, minutes=1), True, False),
        (timedelta(days=100), False, True),
        (-timedelta(minutes=5), False, True),
        (-timedelta(days=365), False, True),
    ],
)
def test_a_file_goes_by_the_clock_and_the_last_record_alike(
    app: Flask,
    clerk: Browser,
    three: list[str],
    people: dict[str, User],
    later: timedelta,
    recorded: bool,
    kept: bool,
) -> None:
    written(app, clerk)
    moment = datetime.now(UTC) + later
    if recorded:
        record_at(app, people, moment)
    with app.app_context():
        exports.delete_expired_exports(moment)
        assert db.session.query(Export).count() == kept
    assert len(left_behind(app)) == kept


def test_a_clock_that_was_put_back_keeps_no_file_for_years(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    written(app, clerk)
    with the_export(app) as export:
        export.expires_at += timedelta(days=365)
    with app.app_context():
        exports.delete_expired_exports(datetime.now(UTC))
        assert db.session.query(Export).count() == 0
    assert left_behind(app) == []


def test_a_file_that_somebody_took_away_is_not_found(app: Flask, clerk: Browser, three: list[str]) -> None:
    written(app, clerk)
    left_behind(app)[0].unlink()
    assert clerk.get(f"{FILES}1").status == 404


# What goes wrong


def full_disk(*_: Any) -> io.BytesIO:
    Path(exports.tempfile.gettempdir(), "half").write_bytes(b"half a file")
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_no_half_file_and_may_be_tried_again(
    app: Flask, clerk: Browser, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.post(ASK)
    with monkeypatch.context() as patch:
        patch.setitem(FORMATS, "xlsx", dataclasses.replace(FORMATS["xlsx"], write=full_disk))
        assert work(app)[-1] == {"failed": "disk_full"}
    assert "服务器磁盘空间不足" in clerk.get(FILES).text
    assert left_behind(app) == []
    clerk.post(f"{FILES}1/again")
    assert "done" in work(app)[-1]
    assert clerk.get(f"{FILES}1").status == 200


def test_nothing_is_begun_without_room_for_it(
    app: Flask, clerk: Browser, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.post(ASK)
    monkeypatch.setattr(exports, "SPARE_ROOM", 2**60)
    assert [answer for answer in work(app) if "failed" in answer] == [{"failed": "disk_full"}]


def test_a_sheet_that_cannot_hold_the_lines_is_refused_with_its_limit(
    app: Flask, clerk: Browser, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FORMATS["xlsx"].max_lines == 1_048_573
    monkeypatch.setitem(FORMATS, "xlsx", dataclasses.replace(FORMATS["xlsx"], max_lines=2))
    clerk.post(ASK)
    assert work(app)[-1] == {"failed": "too_many_rows"}
    assert "Excel 文件最多容纳 2 行" in clerk.get(FILES).text


def test_a_mistake_of_the_program_is_said_and_logged(
    app: Flask,
    clerk: Browser,
    three: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(FORMATS, "xlsx", dataclasses.replace(FORMATS["xlsx"], write=lambda *_: 1 / 0))
    clerk.post(ASK)
    assert work(app)[-1] == {"failed": "broken"}
    assert "程序出错，已记入日志" in clerk.get(FILES).text
    assert "ZeroDivisionError" in caplog.text


def test_a_register_that_a_later_version_no_longer_knows_is_said(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    clerk.post(ASK)
    with the_export(app) as export:
        export.register = "gone"
    assert work(app) == [{"failed": "unknown"}]
    assert "当前版本的程序已没有这份清单" in clerk.get(FILES).text


def test_what_the_end_of_the_server_cut_short_is_begun_anew_but_not_for_ever(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    clerk.post(ASK)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with app.app_context():
            token = exports.begin_next()
            (exports.exports_folder() / f"{token}.parts").mkdir()
            exports.take_over()
        with the_export(app) as export:
            assert export.stage == ("waiting" if attempt < MOST_ATTEMPTS else "failed")
    assert "生成此文件时程序中断了" in clerk.get(FILES).text
    assert left_behind(app) == []


def test_a_finished_file_outlives_the_server(app: Flask, clerk: Browser, three: list[str]) -> None:
    written(app, clerk)
    with app.app_context():
        exports.take_over()
    assert clerk.get(f"{FILES}1").status == 200


def test_nothing_is_written_for_who_has_left_and_their_files_go(
    app: Flask, clerk: Browser, three: list[str], on: datetime
) -> None:
    written(app, clerk)
    clerk.post(ASK)
    with app.app_context():
        User.by_username("sales_clerk").leave(reason=None, by=User.by_username("administrator"), on=on)
        db.session.commit()
    assert work(app) == []
    with app.app_context():
        exports.delete_expired_exports(datetime.now(UTC))
        assert db.session.query(Export).count() == 0
    assert left_behind(app) == []


def test_nothing_more_is_written_for_who_may_no_longer_read(
    app: Flask, clerk: Browser, three: list[str], on: datetime
) -> None:
    clerk.post(ASK)

    def become_administrator(_token: str, answer: dict[str, Any]) -> None:
        if answer.get("rows") == 0:
            begin_write()
            User.by_username("sales_clerk").edit(
                name="甲",
                memberships=[(None, "administrator", False)],
                note=None,
                by=User.by_username("administrator"),
                on=on,
            )
            db.session.commit()

    work(app, become_administrator)
    with app.app_context():
        assert db.session.query(Export).count() == 0
    assert left_behind(app) == []


@contextmanager
def no_process(*_: Any, **__: Any) -> Iterator[Iterator[Any]]:
    raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
    yield


@contextmanager
def silent_process(*_: Any, **__: Any) -> Iterator[Iterator[Any]]:
    yield iter([{"rows": 0, "all": 3}])


@pytest.mark.parametrize(
    ("answers_of", "longest", "reason"),
    [(no_process, 60, "stopped"), (silent_process, 60, "stopped"), (silent_process, 0, "too_long")],
)
def test_a_process_that_ends_without_its_last_word_is_said(
    app: Flask, clerk: Browser, monkeypatch: pytest.MonkeyPatch, answers_of: Any, longest: int, reason: str
) -> None:
    monkeypatch.setattr(exports, "answers_of", answers_of)
    monkeypatch.setattr(exports, "MAX_WRITING_SECONDS", longest)
    clerk.post(ASK)
    with app.app_context():
        token = exports.begin_next()
    ExportKeeper(app).have_written(token)
    with the_export(app) as export:
        assert (export.stage, export.reason) == ("failed", reason)


def test_a_busy_database_delays_what_is_noted_and_loses_nothing(
    app: Flask, clerk: Browser, three: list[str]
) -> None:
    clerk.post(ASK)
    app.config["CS_WAIT_SECONDS"] = 0.1
    keeper = ExportKeeper(app)
    with app.app_context():
        token = exports.begin_next()
        begin_write()  # somebody writes for long
        assert keeper.try_to_record(token, {"rows": 1, "all": 3}) is None
        db.session.rollback()
    assert keeper.try_to_record(token, {"failed": "stopped"}) is True


def test_ten_files_cost_as_many_queries_as_one(
    clerk: Browser, three: list[str], count_queries: Callable[[], Any]
) -> None:
    counts = []
    for days in ([1], range(2, 11)):
        for day in days:
            clerk.post(f"{ASK}?from=2026-01-{day:02}")
        with count_queries() as ran:
            clerk.get(FILES)
        counts.append(len(ran))
    assert counts[0] == counts[1]
