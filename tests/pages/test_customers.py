"""The customers' pages: the list, the file MJ-QP-12-02, its form with rows of contacts, who may do what."""

from __future__ import annotations

import pytest

from cs.extensions import db
from cs.models.customers import Customer
from cs.records.events import Event
from cs.records.users import User
from tests.support import kept, loaded

NEW = {
    "full_name": "深圳声悦电子有限公司",
    "short_name": "声悦",
    "customer_type": "maker",
    "contacts-0-name": "李工",
    "contacts-0-phone": "0755-1",
}
CONTACT = {"contacts-0-name": "王工", "contacts-0-phone": "13800138000"}


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


@pytest.fixture
def more(app, people, on):
    """more(n, **fields): so many further customers."""

    def make(count: int, **fields) -> None:
        with kept(app):
            first = db.session.query(Customer).count()
            for n in range(first, first + count):
                facts = {
                    "short_name": f"客户{n}",
                    "full_name": f"客户{n}公司",
                    "customer_type": "maker",
                    "contacts": [{"name": f"工{n}", "phone": str(n)}],
                }
                Customer.create(by=people["sales_clerk"], on=on, **(facts | fields))

    return make


def rows(browser) -> list[str]:
    return [link.get_text(strip=True) for link in browser.soup.select("#rows .row-link")]


def cells(browser) -> list[str]:
    return [
        cell.get_text(" ", strip=True) for cell in browser.soup.select("#rows tbody tr")[0].select("th, td")
    ]


def counted(app) -> int:
    with app.app_context():
        return db.session.query(Customer).count()


# The list


def test_the_list_shows_contact_level_and_open_complaints(clerk, complaint_in, on):
    complaint_in("received")
    complaint_in("closed", lot_no="L1")
    clerk.get("/customers/")
    row = cells(clerk)
    assert row[:6] == [
        "KH-0001",
        "华声汽配 广州华声汽车配件有限公司",
        "未定级",
        "正常",
        "王工 13800138000",
        "/",
    ]
    assert row[6] == "1"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=active", 1),
        ("status=potential", 1),
        ("status=inactive", 0),
        ("status=void", 0),
        ("type=oem", 1),
        ("type=maker", 1),
        ("level=A", 0),
        ("level=ungraded", 2),
        ("status=nonsense", 2),
        ("q=华声", 1),
        ("q=13800138000", 1),
        ("q=声", 1),
        ("q=王工", 1),
        ("q=KH-0002", 1),
        ("q=无此", 0),
    ],
)
def test_the_list_is_narrowed_by_the_address(clerk, more, query, found):
    more(1, status="potential", short_name="某某", full_name="某某公司")
    assert len(rows(clerk.get(f"/customers/?{query}"))) == found


@pytest.mark.both_databases
def test_names_are_sorted_by_pinyin_numbers_and_age(clerk, more):
    for name in ("中天", "阿里", "波音"):
        more(1, short_name=name)
    assert [row[-4:] for row in rows(clerk.get("/customers/"))] == ["0003", "0004", "0001", "0002"]
    assert [row[-4:] for row in rows(clerk.get("/customers/?sort=number"))] == [
        "0001",
        "0002",
        "0003",
        "0004",
    ]
    assert [row[-4:] for row in rows(clerk.get("/customers/?sort=newest"))] == [
        "0004",
        "0003",
        "0002",
        "0001",
    ]


def test_a_longer_list_costs_no_more_queries(clerk, more, complaint_in, count_queries):
    complaint_in("received")
    more(2)
    clerk.get("/customers/")
    with count_queries() as few:
        assert len(rows(clerk.get("/customers/"))) == 3
    more(27)
    with count_queries() as many:
        assert len(rows(clerk.get("/customers/"))) == 30
    assert len(many) == len(few)


@pytest.mark.both_databases
def test_void_customers_are_struck_through_and_found(clerk, app, people, on):
    with kept(app):
        db.session.get(Customer, 1).void(reason="重复", by=people["sales_manager"], on=on)
    assert (
        clerk.get("/customers/?status=void").soup.select_one("tr.is-void .row-link").get_text() == "KH-0001"
    )
    assert rows(clerk.get("/customers/?status=active")) == []


# The page


def test_the_page_reads_like_the_customer_file(clerk):
    page = clerk.get("/customers/1")
    assert "客户信息档案" in page.text
    assert "MJ-QP-12-02" in page.text
    assert [head.get_text(strip=True) for head in page.soup.select(".record-main h2")] == [
        "基本信息",
        "联系人",
        "合作条件",
        "客户投诉",
    ]
    assert "档案尚缺:组织类型" in page.text.replace(" ", "").replace("：", ":")


def test_open_complaints_stand_before_newer_closed_ones(clerk, complaint_in, on):
    first = complaint_in("received")
    second = complaint_in("closed")
    page = clerk.get("/customers/1")
    numbers = [link.get_text() for link in page.soup.select(".record-main .row-link")]
    assert numbers == [first.number, second.number]
    link = page.soup.select_one("a[href='/complaints/?customer=1']")
    assert rows(clerk.get(link["href"])) == [second.number, first.number]


@pytest.mark.both_databases
def test_the_complaint_list_is_narrowed_to_a_customer(clerk, complaint_in, more):
    complaint_in("received")
    more(1)
    other = complaint_in("received", customer_id=2)
    assert rows(clerk.get("/complaints/?customer=2")) == [other.number]
    assert len(rows(clerk.get("/complaints/?customer=99"))) == 2


def test_a_complaint_leads_to_its_customer(clerk, complaint_in):
    complaint_in("received")
    assert (
        clerk.get("/complaints/1").soup.select_one("#record a[href='/customers/1']").get_text() == "华声汽配"
    )


# New and edit


def test_a_new_customer_has_a_number_and_its_creator_as_representative(clerk, app):
    assert (
        clerk.step("/customers/new", **NEW, product_type=["speaker", "amplifier"]).location == "/customers/2"
    )
    made = loaded(app, Customer, 2)
    assert (made.number, made.rep_id, made.customer_level, made.product_type) == (
        "KH-0002",
        1,
        None,
        ["amplifier", "speaker"],
    )
    assert [(one.name, one.phone) for one in made.contacts] == [("李工", "0755-1")]


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"full_name": ""}, "full_name", "请填写"),
        ({"short_name": " "}, "short_name", "请填写"),
        ({"customer_type": ""}, "customer_type", "请选择"),
        ({"status": ""}, "status", "请选择"),
        ({"contacts-0-name": ""}, "contacts-0-name", "请填写姓名"),
        ({"contacts-0-phone": ""}, "contacts-0-phone", "请填写电话或邮箱"),
        ({"contacts-0-email": "qq"}, "contacts-0-email", "不是邮箱"),
        ({"contacts-0-name": "a\x00b"}, "contacts-0-name", "无法保存"),
        ({"partner_since": "2099-01-01"}, "partner_since", "不能晚于现在"),
        ({"reply_days": "366"}, "reply_days", "365"),
        ({"reply_days": "-1"}, "reply_days", "0"),
        ({"full_name": "广州华声汽车配件有限公司 "}, "full_name", "KH-0001 华声汽配"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    clerk, app, changed, field, message
):
    clerk.step("/customers/new", **(NEW | {"remarks": "常客"} | changed))
    assert clerk.status == 422
    assert message in clerk.faults[field]
    assert clerk.form()["remarks"].strip() == "常客"
    assert counted(app) == 1


def test_a_customer_that_is_there_is_linked(clerk):
    clerk.step("/customers/new", **(NEW | {"full_name": "广州华声汽车配件有限公司"}))
    assert clerk.soup.select_one(".field-error a")["href"] == "/customers/1"


def test_a_customer_needs_one_contact(clerk, app):
    clerk.step("/customers/new", **(NEW | {"contacts-0-name": "", "contacts-0-phone": ""}))
    assert "至少需要一位联系人" in clerk.text
    assert counted(app) == 1


def test_the_level_is_never_typed(clerk, app):
    clerk.step("/customers/new", **NEW, customer_level="A")
    assert loaded(app, Customer, 2).customer_level is None


def test_a_row_is_added_without_javascript_and_what_is_typed_stays(clerk, app):
    clerk.step("/customers/new", **(NEW | {"full_name": "", "more_rows": "1"}))
    fields = clerk.form()
    assert (fields["contacts-0-name"], fields["contacts-2-name"], "contacts-3-name" in fields) == (
        "李工",
        "",
        False,
    )
    assert (
        clerk.status,
        clerk.faults,
        clerk.soup.select(".form-errors"),
        clerk.soup.body["data-outcome"],
    ) == (200, {}, [], "asked")
    clerk.send(
        "/customers/new",
        **{
            "full_name": NEW["full_name"],
            "contacts-2-name": "赵工",
            "contacts-2-email": "zhao@factory.local",
        },
    )
    assert [one.name for one in loaded(app, Customer, 2).contacts] == ["李工", "赵工"]


def test_an_edit_shows_what_is_there_and_an_emptied_row_is_taken_away(clerk, app):
    clerk.step("/customers/1/edit", **{"contacts-1-name": "赵工", "contacts-1-phone": "1", "reply_days": "5"})
    clerk.get("/customers/1/edit")
    assert (clerk.form()["contacts-1-name"], clerk.form()["reply_days"]) == ("赵工", "5")
    clerk.send("/customers/1/edit", **{"contacts-0-name": "", "contacts-0-phone": ""})
    now = loaded(app, Customer, 1)
    assert ([one.name for one in now.contacts], now.version) == (["赵工"], 3)


def test_more_rows_than_a_form_takes_are_refused_and_none_is_dropped(clerk, app):
    many = {f"contacts-{n}-{name}": f"人{n}" for n in range(41) for name in ("name", "phone")}
    clerk.step("/customers/1/edit", **many)
    assert (
        clerk.status,
        "40" in clerk.soup.select_one(".form-errors").get_text(),
        len(loaded(app, Customer, 1).contacts),
    ) == (422, True, 1)
    assert (
        clerk.step(
            "/customers/1/edit", **{name: value for name, value in many.items() if "-40-" not in name}
        ).status
        == 303
    )
    assert len(loaded(app, Customer, 1).contacts) == 40


@pytest.mark.parametrize(
    "sent",
    [
        {"contacts-²-name": "x"},
        {"contacts-99999999999999999999-name": "x"},
        {"contacts-0-id": "x"},
        {"contacts-0-id": "9" * 40},
        {"contacts-x": "1"},
        {"contacts": "1"},
        {"contacts-0-contact_role": "boss"},
        {"rep_id": "99"},
        {"rep_id": "3"},
    ],
)
def test_hand_made_rows_and_people_break_nothing(clerk, sent):
    assert clerk.step("/customers/1/edit", **sent).status in (303, 422)


def test_only_people_of_sales_look_after_customers_and_one_who_left_stays_named(clerk, app, people, on):
    def offered() -> list[str]:
        return [option.get_text() for option in clerk.get("/customers/1/edit").soup.select("#rep_id option")][
            1:
        ]

    clerk.step("/customers/1/edit", rep_id=str(people["sales_manager"].id))
    assert len(offered()) == 2
    with kept(app):
        db.session.get(User, people["sales_manager"].id).leave(reason=None, by=people["administrator"], on=on)
    assert sorted(offered()) == sorted([people["sales_clerk"].name, people["sales_manager"].name])
    assert clerk.send("/customers/1/edit", short_name="华声二").status == 303


def test_a_form_sent_twice_makes_one_customer(clerk, app):
    clerk.get("/customers/new")
    fields = clerk.form() | NEW
    assert clerk.post("/customers/new", fields).location == "/customers/2"
    assert clerk.post("/customers/new", fields).location == "/customers/2"
    assert counted(app) == 2


def test_an_edit_of_an_older_version_is_409_and_keeps_the_rows(clerk, as_role, app):
    clerk.get("/customers/1/edit")
    fields = clerk.form() | {"contacts-1-name": "赵工", "contacts-1-phone": "1"}
    as_role("sales_manager").step("/customers/1/edit", short_name="华声")
    assert clerk.post("/customers/1/edit", fields).status == 409
    assert clerk.form()["contacts-1-name"] == "赵工"
    assert loaded(app, Customer, 1).short_name == "华声"


# Who may what


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("sales_clerk", 200),
        ("sales_manager", 200),
        ("auditor", 403),
        ("quality_inspector", 403),
        ("quality_supervisor", 403),
        ("engineer", 403),
        ("general_manager", 403),
        ("administrator", 403),
    ],
)
def test_only_sales_keeps_the_customers(as_role, app, role, status):
    person = as_role(role)
    assert [
        person.get(address).status
        for address in (
            "/customers/new",
            "/customers/1/edit",
            "/customers/import/",
            "/customers/import/example.xlsx",
        )
    ] == [status] * 3 + [200 if role == "administrator" else status]  # who may hand out the example
    if status == 403:
        assert [
            person.post(address, NEW).status
            for address in (
                "/customers/new",
                "/customers/1/edit",
                "/customers/import/",
                "/customers/import/x",
            )
        ] == [403] * 4
        assert "/customers/new" not in person.get("/customers/").html


def test_an_auditor_reads(as_role):
    assert [as_role("auditor").get(address).status for address in ("/customers/", "/customers/1")] == [
        200,
        200,
    ]


def test_only_the_sales_manager_voids_and_says_why(as_role, app):
    assert as_role("sales_clerk").get("/customers/1/void").status == 403
    manager = as_role("sales_manager")
    assert manager.step("/customers/1/void").faults.keys() == {"reason"}
    assert manager.send("/customers/1/void", reason="与 KH-0002 重复").location == "/customers/1"
    assert "与 KH-0002 重复" in manager.get("/customers/1").text
    assert manager.get("/customers/1/edit").status == 409


def test_a_customer_with_open_complaints_is_not_voided(as_role, complaint_in, app):
    complaint_in("received")
    manager = as_role("sales_manager").step("/customers/1/void", reason="停用")
    assert (manager.status, loaded(app, Customer, 1).state) == (422, "active")
    assert "1 件投诉未结" in manager.faults["reason"]


@pytest.mark.parametrize(
    "address", ["/customers/99", "/customers/99/edit", "/customers/1/nonsense", f"/customers/{10**20}"]
)
def test_what_is_not_there_is_404(clerk, address):
    assert clerk.get(address).status == 404


@pytest.mark.both_databases
def test_a_refused_form_leaves_no_event(clerk, app):
    clerk.step("/customers/new", **(NEW | {"full_name": ""}))
    with app.app_context():
        assert db.session.query(Event).where(Event.kind == "customer").count() == 1
