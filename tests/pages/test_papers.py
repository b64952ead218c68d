"""Papers as PDF (5.6, 7.4, 7.6): the complaint report MJ-QP-12-03, the CAR sheet, their blank copies, each
read back by another program."""

from __future__ import annotations

import io
from datetime import timedelta

import pillow_heif
import pytest
from PIL import Image

from cs.blueprints import SECTIONS
from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.samples import CustomerContact
from cs.records.attachments import Attachment, attach
from tests.capas import Capas
from tests.pdfs import fonts_of, has, pages_of, pdf, pictures_of, size_of, text_of, words_of
from tests.support import Cases, day_of, kept, picture

FORMS = SECTIONS.forms
PAPERS = SECTIONS.papers

CAR_FIELDS = (
    "CAR-2026-001",
    "IQC-118",
    "右声道无声",
    "生产部",
    "烙铁温度偏低",
    "只测左声道",
    "焊点虚焊",
    "温度偏低",
    "未检出",
    "新员工",
    "每两小时点检(production_operator)",
    "生产作业员甲",
    "已执行",
    "作业标准",
    "下三批",
    "三批共600只,无不良",
    "温度调回后 200 只无虚焊",
    "工艺甲",
    "有效",
    "品质主管甲",
)


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


@pytest.fixture
def accepted_case(app, people, on):
    """A complaint that went the whole way of 5.2.2.4, countersigned and accepted, with a sample."""
    made = []
    with kept(app):
        made.append(
            Cases(people, on)(
                "accepted",
                route="meeting",
                countersigned=True,
                done=True,
                sample="ended",
                contact_name="王工",
                customer_ref="NCR-88",
                order_no="PO-1",
                shipped_qty=500,
                demand=["report_8d", "rework"],
                customer_deadline=on + timedelta(days=1),
            )
        )
    return made[-1]


@pytest.fixture
def meeting_case(app, people, accepted_case, on):
    """The same, closed."""
    with kept(app):
        Cases(people, on).close(db.session.get_one(Complaint, accepted_case.id), on, "meeting")
    return accepted_case


@pytest.fixture
def capa_in(app, people, on):
    made = []

    def make(state, **options):
        with kept(app):
            made.append(Capas(people, on)(state, **options))
        return made[-1]

    return make


def photographed(app, people, complaint, on, *pictures):
    """The complaint with these photographs, (content, name); returns their hashes."""
    with kept(app):
        stored = [app.extensions["files"].accept(io.BytesIO(content), name) for content, name in pictures]
        attach(
            db.session.get_one(Complaint, complaint.id),
            stored,
            step="attach",
            by=people["sales_clerk"],
            on=on,
        )
    return [one.sha256 for one in stored]


# The complaint report


def test_a_letter_that_no_font_has_is_named_on_the_paper_and_in_the_register(clerk, complaint_in):
    made = complaint_in("received", description="装车后 ⌀6.5 无声 👍 ✔")
    named = "以下字符无法打印： U+1F44D THUMBS UP SIGN"
    assert has(clerk, f"/complaints/{made.id}.pdf", "装车后 ⌀6.5 无声 [U+1F44D] ✔", named) == []
    assert has(clerk, "/reports/complaints.pdf", "[U+1F44D]", named) == []


def test_every_box_of_a_meeting_case_is_on_its_paper(clerk, meeting_case, on):
    assert (
        has(
            clerk,
            f"/complaints/{meeting_case.id}.pdf",
            meeting_case.number,
            "广州华声汽车配件有限公司",
            "王工",
            "13800138000",
            "电话",
            "口头",
            "NCR-88",
            "CA-6920",
            "6×9 英寸同轴扬声器",
            "PO-1",
            "L2611",
            "500",
            "200",
            "1.50%",
            "客户产线",
            "装车后右声道无声",
            "8D报告",
            "重工",
            "已退还客户",  # A
            "属实",
            "性能/功能",
            "无声",
            "致命 CR",
            "偶发",
            "焊点虚焊",
            "检讨会",  # B
            "焊接参数漂移,全线停机点检",
            "发生品",
            "报废",
            "成品库存",
            "返工（重工）",
            "确认人（无）: 仓管员甲",
            str(day_of(on) + timedelta(days=2)),  # C
            "烙铁温度偏低",
            "每班点检温度",  # D, E
            "换货并重工库存",
            "邮件",
            "接受",
            "客户已确认",
        )
        == []
    )  # F, G


def test_the_paper_bears_its_blocks_form_number_pages_and_retention(clerk, meeting_case):
    data = pdf(clerk, f"/complaints/{meeting_case.id}.pdf?language=zh")
    text = text_of(data)
    for words in (
        "客户投诉处理报告",
        "A 接收",
        "B 初步分析与确认",
        "C 检讨会",
        "D 原因",
        "E 措施",
        "F 第 1 次回复",
        "G 验证与结案",
        "本公司",
        "保存期限: 3 年",
        f"第1页/共{pages_of(data)}页",
    ):
        assert words in text, words
    assert text.count("MJ-QP-12-03") == 2 * pages_of(data)
    assert size_of(data) == (595, 842)


def test_who_signed_stands_under_the_paper_with_name_role_and_time(clerk, meeting_case, on):
    text = text_of(pdf(clerk, f"/complaints/{meeting_case.id}.pdf"))
    signed = text[text.rindex("分析人") :]
    for name in (
        "业务经理甲",
        "工程师甲",
        "生产经理甲",
        "品质主管甲",
        "业务员/跟单员甲",
        "客户确认",
    ):
        assert name in signed, name
    assert signed.count(f"{day_of(on)}") == 7


def test_a_box_that_says_nothing_is_struck_through_and_so_is_a_block_that_the_case_does_not_need(
    clerk, complaint_in
):
    lines = [
        " ".join(line.split())
        for line in text_of(pdf(clerk, f"/complaints/{complaint_in('closed').id}.pdf")).splitlines()
        if line.strip()
    ]
    assert "客户单号 / 型号 CA-6920 品名 6×9 英寸同轴扬声器 客户料号 /" in lines
    assert lines[lines.index("C 检讨会 5.2.2.4") + 1] == "/"


@pytest.mark.parametrize(
    ("language", "there", "missing"),
    [
        ("zh", ("客户投诉处理报告", "接受"), ("Complaint report", "Accepted", "Page 1")),
        (
            "en",
            ("Complaint report", "Accepted", "Page 1 of", "Retention"),
            ("客户投诉处理报告", "接受", "页/共"),
        ),
        ("both", ("客户投诉处理报告 Complaint report", "接受", "Accepted", "Page 1 of", "保存期限"), ()),
    ],
)
def test_the_paper_is_in_the_language_asked_for(clerk, complaint_in, language, there, missing):
    text = words_of(pdf(clerk, f"/complaints/{complaint_in('closed').id}.pdf?language={language}"))
    assert [word for word in there if "".join(word.split()) not in text] == []
    assert [word for word in missing if "".join(word.split()) in text] == []


def test_unasked_it_is_in_the_readers_language(as_role, complaint_in):
    address = f"/complaints/{complaint_in('received').id}.pdf"
    assert has(as_role("auditor", language="en"), address, "Complaint report") == []
    assert has(as_role("auditor"), f"{address}?language=klingon", "客户投诉处理报告") == []


def test_the_page_leads_to_the_paper_in_each_language(clerk, complaint_in):
    address = f"/complaints/{complaint_in('received').id}"
    links = {link.get_text(): link["href"] for link in clerk.get(address).soup.select(".prints a")}
    assert links == {
        "中文": f"{address}.pdf?language=zh",
        "English": f"{address}.pdf?language=en",
        "中英对照": f"{address}.pdf?language=both",
    }


def test_a_void_complaint_says_so_in_red_and_why(clerk, complaint_in):
    void = complaint_in("void")
    assert has(clerk, f"/complaints/{void.id}.pdf", "已作废", void.void_reason) == []


def test_the_same_complaint_is_the_same_bytes_until_something_happens(app, people, clerk, accepted_case, on):
    address = f"/complaints/{accepted_case.id}.pdf?language=both"
    first = pdf(clerk, address)
    assert pdf(clerk, address) == first
    photographed(app, people, accepted_case, on, (picture(), "1.jpg"))
    assert pdf(clerk, address) != first


def test_every_font_is_embedded(clerk, meeting_case):
    assert set(fonts_of(pdf(clerk, f"/complaints/{meeting_case.id}.pdf?language=both")).values()) == {True}


# What people write


@pytest.mark.parametrize(
    "typed",
    [
        '#import "x" $a$ *b* @c \\d <e>',
        "= 标题 #panic()",
        "无声😀 𠮷 \u202e反 x",
        "x" * 4000,
        "很长的描述,说明经过。" * 360,
    ],
)
def test_whatever_somebody_wrote_is_on_the_paper(clerk, complaint_in, typed):
    complaint = complaint_in("received", description=typed)
    printed = words_of(pdf(clerk, f"/complaints/{complaint.id}.pdf"))
    wanted = "".join(typed.split()).replace("\u202e", "")
    assert wanted[:2] in printed
    assert printed.count(wanted[-2:]) >= wanted.count(wanted[-2:])


def test_the_markup_of_a_cause_stays_text_in_the_fishbone_too(clerk, capa_in):
    capa = capa_in("verified", problem="<b>&\"'#右声道")
    assert has(clerk, f"/capa/{capa.id}.pdf", "<b>&\"'#右声道") == []


# Photographs


@pytest.mark.parametrize("count", [0, 1, 12])
def test_each_photograph_is_printed_with_its_name(app, people, clerk, complaint_in, on, count):
    complaint = complaint_in("received")
    photographed(
        app, people, complaint, on, *((picture(color=(n * 20, 9, 9)), f"第{n}张.jpg") for n in range(count))
    )
    data = pdf(clerk, f"/complaints/{complaint.id}.pdf")
    assert pictures_of(data) == count
    assert sum(f"第{n}张.jpg" in text_of(data) for n in range(12)) == count


def test_a_huge_photograph_and_one_of_an_ipad_are_printed_small(app, people, clerk, complaint_in, on):
    complaint, heic = complaint_in("received"), io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (9, 99, 9))).save(heic)
    photographed(
        app, people, complaint, on, (picture((5000, 4000)), "大.jpg"), (heic.getvalue(), "IMG_1.HEIC")
    )
    data = pdf(clerk, f"/complaints/{complaint.id}.pdf")
    assert (pictures_of(data), len(data) < 400_000) == (2, True)


def test_a_void_photograph_is_not_printed_and_one_that_is_gone_is_struck_through(
    app, people, clerk, complaint_in, on
):
    complaint = complaint_in("received")
    _void, gone = photographed(
        app,
        people,
        complaint,
        on,
        (picture(color=(1, 1, 1)), "作废.jpg"),
        (picture(color=(2, 2, 2)), "丢失.jpg"),
    )
    with kept(app):
        db.session.get_one(Attachment, 1).void_reason = "拍错"
    app.extensions["files"].path(gone).unlink()
    data = pdf(clerk, f"/complaints/{complaint.id}.pdf")
    assert (pictures_of(data), "作废.jpg" in text_of(data), "丢失.jpg" in text_of(data)) == (0, False, True)


def test_a_file_that_is_no_picture_is_named(app, people, clerk, complaint_in, on):
    complaint = complaint_in("received")
    photographed(app, people, complaint, on, (b"\xef\xbb\xbfcase", "8D.txt"))
    assert has(clerk, f"/complaints/{complaint.id}.pdf", "附件: 8D.txt") == []


# The CAR sheet


def test_every_box_of_a_car_is_on_its_sheet(clerk, capa_in, on):
    capa = capa_in("verified")
    assert (
        has(clerk, f"/capa/{capa.id}.pdf", *CAR_FIELDS[1:], capa.number, "纠正预防措施报告", str(day_of(on)))
        == []
    )


def test_the_fishbone_is_drawn_on_the_sheet_with_its_root_cause(clerk, capa_in):
    data = pdf(clerk, f"/capa/{capa_in('analysed').id}.pdf?language=both")
    assert [
        word
        for word in ("人", "机", "料", "法", "环", "测", "★", "新员工", "Man", "Measurement")
        if word not in text_of(data)
    ] == []
    assert set(fonts_of(data).values()) == {True}


def test_a_second_round_stands_below_the_first(app, people, clerk, capa_in, on):
    capa = capa_in("carried_out")
    with kept(app):
        again = db.session.get_one(Capa, capa.id)
        Capas(people, on).reopen(again, on)
        Capas(people, on).analyse(again, on)
    text = text_of(pdf(clerk, f"/capa/{capa.id}.pdf"))
    places = [
        text.index(f"{letter} {title} · {number}")
        for number in ("第 1 轮", "第 2 轮")
        for letter, title in (("D", "原因"), ("E", "措施"), ("G", "效果验证"))
    ]
    assert places == sorted(places)
    assert "无效" in text


# Blank copies


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_every_form_has_a_blank_copy_to_write_on(clerk, form, language):
    data = pdf(clerk, f"/reports/blank/{form}.pdf?language={language}")
    text = text_of(data)
    assert {"zh": "第1页", "en": "Page 1", "both": "Page 1"}[language] in text
    assert [line for line in text.splitlines() if line.strip() == "/"] == []
    assert size_of(data) == ((595, 842) if form in PAPERS else (842, 595))


def test_a_blank_report_offers_its_choices_to_tick(clerk):
    assert (
        has(
            clerk,
            "/reports/blank/complaint_report.pdf",
            "□电话",
            "□书面/传真",
            "□致命 CR",
            "□批量",
            "□接受",
            "□检讨会",
            "记录人",
            "会签",
            "核准",
        )
        == []
    )


def test_there_is_no_blank_copy_of_what_is_no_form(clerk):
    assert clerk.get("/reports/blank/nothing.pdf").status == 404


# Who may, and at what cost


@pytest.mark.parametrize(
    "address", ["/complaints/1.pdf", "/capa/1.pdf", "/reports/blank/car.pdf", "/reports/complaints.pdf"]
)
def test_an_administrator_prints_no_record_and_a_stranger_signs_in_first(
    as_role, complaint_in, capa_in, address
):
    complaint_in("received")
    capa_in("issued")
    assert as_role("administrator").get(address).status == 403
    assert as_role(None).get(address).location.startswith("/login")


@pytest.mark.parametrize(
    "address",
    ["/complaints/99.pdf", "/capa/99.pdf", "/complaints/99999999999999999999.pdf", "/customers/1.pdf"],
)
def test_there_is_no_paper_of_what_is_no_record(clerk, address):
    assert clerk.get(address).status == 404


def test_a_long_case_costs_as_many_queries_as_a_short_one(
    app, people, clerk, accepted_case, on, count_queries
):
    counts = []
    for more in (1, 9):
        with kept(app):
            complaint = db.session.get_one(Complaint, accepted_case.id)
            for n in range(more):
                complaint.contacts.append(
                    CustomerContact(
                        at=on,
                        channel="phone",
                        contact_name=f"王工{n}",
                        said="再次来电",
                        by_id=people["sales_clerk"].id,
                    )
                )
        photographed(
            app,
            people,
            accepted_case,
            on,
            *((picture(color=(n, more, 1)), f"{n}.jpg") for n in range(more + 1)),
        )
        with count_queries() as ran:
            pdf(clerk, f"/complaints/{accepted_case.id}.pdf?language=both")
        counts.append(len(ran))
    assert counts[0] == counts[1]
    assert counts[0] < 40
