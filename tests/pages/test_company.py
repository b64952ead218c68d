"""The company by the administrator: its name, logo and address, on pages, papers, registers and account
slips."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import select

from cs.blueprints.admin import overview
from cs.extensions import db
from cs.records.company import CompanySettings
from cs.records.events import Event
from cs.records.verification import verify_records
from cs.web import addresses, hosts
from tests.pdfs import pdf, pictures_of, words_of
from tests.support import picture, upload

NAME = {"zh": "惠州美声电子有限公司", "en": "Huizhou Meisheng Electronics"}


@pytest.fixture
def administrator(as_role):
    return as_role("administrator")


@pytest.fixture
def logo() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (300, 80), (0, 90, 160, 255)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def in_a_network(monkeypatch):
    monkeypatch.setattr(addresses, "lan_address", lambda: "192.168.7.20")


def test_the_name_stands_on_every_page_and_paper(administrator, as_role, complaint_in, app):
    complaint_in("received")
    clerk = as_role("sales_clerk")
    assert "本公司" in clerk.get("/").soup.select_one(".nav-foot").get_text()
    administrator.step("/admin/company", **NAME)
    assert administrator.status == 303
    assert NAME["zh"] in clerk.get("/").soup.select_one(".nav-foot").get_text()
    english = as_role("quality_inspector", language="en")
    assert NAME["en"] in english.get("/").soup.select_one(".nav-foot").get_text()
    assert "本公司" not in words_of(pdf(clerk, "/complaints/1.pdf?language=zh"))
    assert NAME["zh"] in words_of(pdf(clerk, "/complaints/1.pdf?language=both"))
    assert NAME["zh"] in words_of(pdf(clerk, "/reports/complaints.pdf?language=zh"))
    with app.app_context():
        event = db.session.execute(select(Event).where(Event.kind == "company")).scalar_one()
        assert (event.name, event.by.username, event.role) == ("set", "administrator", "administrator")
        assert event.details["changes"]["zh"] == [None, NAME["zh"]]
        assert list(verify_records()) == []


def test_a_logo_is_printed_at_the_left_and_papers_without_one_stay_the_same(
    administrator, as_role, complaint_in, logo
):
    complaint_in("received")
    clerk, address = as_role("sales_clerk"), "/complaints/1.pdf?language=zh"
    before = pdf(clerk, address)
    administrator.step("/admin/company", zh="本公司", en="Our company", logo=upload(logo, "标志.png"))
    assert administrator.status == 303, administrator.faults
    with_logo = pdf(clerk, address)
    assert pictures_of(with_logo) > pictures_of(before)
    shown = clerk.get("/").soup.select_one(".nav-logo")["src"]
    clerk.get(shown)
    assert (clerk.status, clerk.response.mimetype) == (200, "image/png")
    administrator.step("/admin/company", zh="本公司", en="Our company", remove_logo="y")
    assert pdf(clerk, address) == before
    assert clerk.get(shown).status == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.png"),
        (b"GIF89a" + bytes(40), "logo.png"),
        (picture() + bytes(1_100_000), "logo.jpg"),
    ],
    ids=["svg", "svg called png", "gif called png", "too large"],
)
def test_only_pictures_of_a_sensible_size_become_a_logo(administrator, app, content, name):
    administrator.step("/admin/company", **NAME, logo=upload(content, name))
    assert administrator.status == 422
    assert "logo" in administrator.faults
    with app.app_context():
        assert CompanySettings.current() is None


def test_the_slip_shows_the_address_of_the_network_to_who_sits_at_the_server(administrator, in_a_network):
    person = {"name": "林晓雯", "username": "lin.xw", "memberships-0-role": "sales_clerk"}
    administrator.step("/admin/people/new", **person)
    assert "http://192.168.7.20/" in administrator.soup.select_one(".slip").get_text()
    assert "localhost" not in administrator.soup.select_one(".slip").get_text()


def test_the_address_that_the_administrator_sets_comes_first(administrator, in_a_network):
    administrator.step("/admin/company", **NAME, web_address="kefu.meisheng.cn:8080")
    administrator.step("/admin/people/1/password")
    assert "http://kefu.meisheng.cn:8080/" in administrator.soup.select_one(".slip").get_text()


@pytest.mark.parametrize(
    "wrong",
    [
        "127.0.0.1:8000",
        "http://localhost/",
        "ftp://kefu/",
        "http://",
        "a b c",
        "http://kefu:secret@10.1.2.3/",
        "http://10.1.2.3/?page=2",
        "http://10.1.2.3/#top",
    ],
)
def test_an_address_that_no_tablet_reaches_is_refused(administrator, wrong):
    administrator.step("/admin/company", **NAME, web_address=wrong)
    assert administrator.status == 422
    assert "web_address" in administrator.faults


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1:8000", "http://192.168.7.20:8000/"),
        ("[::1]:8000", "http://192.168.7.20:8000/"),
        ("0.0.0.0:8000", "http://192.168.7.20:8000/"),
        ("10.1.2.3:8000", "http://10.1.2.3:8000/"),
        ("kefu.factory.test", "http://kefu.factory.test/"),
    ],
)
def test_the_address_follows_how_the_page_was_opened(app, in_a_network, host, address):
    with app.test_request_context("/", headers={"Host": host}):
        assert addresses.detected_address() == address


def test_without_a_network_the_address_of_the_page_remains(app, monkeypatch):
    monkeypatch.setattr(addresses, "lan_address", lambda: None)
    with app.test_request_context("/", headers={"Host": "127.0.0.1:8000"}):
        assert addresses.detected_address() == "http://127.0.0.1:8000/"


def test_only_the_administrator_sets_the_company(as_role):
    manager = as_role("sales_manager")
    assert manager.get("/admin/company").status == 403
    assert manager.post("/admin/company", NAME).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        *("0x7f.1", "127.1", "0x7f000001", "2130706433", "1.2.3", "1.2.3.4.5", "256.1.1.1", "010.0.0.1"),
        *("a..b", ".a", "a.", "-a.cn", "a-.cn", "a,b", "a<b", "a%41b", f"{'a' * 64}.cn", ".".join("a" * 150)),
        *("localhost.", "[::ffff:127.0.0.1]", "[::1]", "[::]", "[fe80::1%25eth0]", "0.0.0.0", "0.1.2.3"),
        *("224.0.0.1", "255.255.255.255", "[ff02::1]", "kefu:0", "kefu:99999", "kefu:x", "a\\b", "客服.cn"),
    ],
)
def test_what_is_no_host_or_every_machines_own_is_refused(app, administrator, wrong):
    administrator.step("/admin/company", **NAME, web_address=wrong)
    assert (administrator.status, list(administrator.faults)) == (422, ["web_address"])
    with app.app_context():
        assert CompanySettings.current() is None


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.20:8000", "http://192.168.1.20:8000/"),
        ("KEFU", "http://kefu/"),
        ("kefu-2.meisheng.com.cn", "http://kefu-2.meisheng.com.cn/"),
        ("pc_07", "http://pc_07/"),
        ("https://[fd00::20]:8443", "https://[fd00::20]:8443/"),
        ("1a.cn", "http://1a.cn/"),
    ],
)
def test_hosts_as_networks_name_them_are_taken(app, administrator, typed, address):
    administrator.step("/admin/company", **NAME, web_address=typed)
    assert administrator.status == 303
    with app.app_context():
        assert CompanySettings.current().web_address == address


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("localhost", "http://192.168.7.20/"),  # by the address of the network
        ("192.168.7.20:8000", "http://192.168.7.20:8000/"),
        ("10.1.2.3:8000", None),
        ("kefu.factory.test", None),
        ("own.factory.test", "http://own.factory.test/"),
    ],
)
def test_the_address_found_is_taken_over_only_where_it_leads_to_this_server(
    app, administrator, in_a_network, monkeypatch, host, taken
):
    known = {"own.factory.test": "127.0.0.1", "kefu.factory.test": "192.0.2.7"}
    monkeypatch.setattr(hosts.socket, "getaddrinfo", lambda name, _port: [(0, 0, 0, "", (known[name], 0))])
    with app.test_request_context("/", headers={"Host": host}):
        found = addresses.detected_address()
    monkeypatch.setattr(overview, "detected_address", lambda: found)
    administrator.post("/admin/first-steps/use-address")
    assert administrator.location == "/admin/first-steps"
    assert (taken is None) == ("无法确认" in administrator.get("/admin/first-steps").text)
    with app.app_context():
        settings = CompanySettings.current()
        assert (settings.web_address if settings else None) == taken
