"""The company as the site shows it: name, English name, logo, and the address for tablets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.file import FileField
from wtforms import BooleanField

from cs.blueprints.admin.common import (
    AdminForm,
    Subject,
    blueprint,
    form_with_input,
    handle_form,
    signed_in_user,
)
from cs.files.store import MEGABYTE, FileRefused, FileStore, StoredFile
from cs.procedure.authority import Permission
from cs.records.company import CompanySettings, company
from cs.web.access import requires
from cs.web.addresses import MAX_ADDRESS_LENGTH, detected_address, is_reachable_by_others, normal_address
from cs.web.fields import Text
from cs.web.limits import takes_files
from cs.web.pending_files import file_message
from cs.web.responses import say
from cs.wording.labels import label

LOGO_TYPES = {"png": "picture", "jpg": "picture", "jpeg": "picture"}
MAX_LOGO_BYTES = MEGABYTE
MAX_LOGO_PIXELS = 4_000_000


def _store_logo(sent: Any) -> StoredFile:
    """Check a picture by its content and put it into the site's store. Raise FileRefused."""
    folder = current_app.extensions["files"].folder
    store = FileStore(folder, LOGO_TYPES, max_bytes=MAX_LOGO_BYTES, max_pixels=MAX_LOGO_PIXELS)
    sent.stream.seek(0)
    return store.accept(sent.stream, sent.filename)


class CompanyForm(AdminForm):
    zh = Text("company_zh", required=True, most=60)
    en = Text("company_en", most=100)
    logo = FileField(label("logo"), render_kw={"accept": ".png,.jpg,.jpeg"})
    remove_logo = BooleanField(label("remove_logo"))
    web_address = Text("web_address", most=MAX_ADDRESS_LENGTH)

    stored: StoredFile | None = None

    def fill(self, record: Any, on: datetime) -> None:
        if company().is_named:
            self.zh.data, self.en.data = company().name.zh, company().name.en
        self.web_address.data = company().web_address

    def check(self, record: Any, on: datetime) -> None:
        sent = self.logo.data
        if self.stored is None and sent and sent.filename:
            try:
                self.stored = _store_logo(sent)
            except FileRefused as refused:
                self.fault("logo", file_message(refused))
        if self.web_address.data:
            address = normal_address(self.web_address.data)
            if address is None:
                self.fault("web_address", gettext("Enter an address such as http://192.168.1.20:8000"))
            elif not is_reachable_by_others(address):
                self.fault(
                    "web_address",
                    gettext("This address means the device itself: tablets cannot reach the server by it."),
                )
            self.web_address.data = address or self.web_address.data

    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "zh": self.zh.data,
            "en": self.en.data,
            "web_address": self.web_address.data,
        }
        if self.stored is not None:
            stored = self.stored
            values |= {"logo": stored.sha256, "logo_name": stored.name, "logo_mime": stored.mime}
        elif self.remove_logo.data:
            values |= {"logo": None, "logo_name": None, "logo_mime": None}
        return values


@blueprint.route("/company", methods=["GET", "POST"])
@takes_files
@requires(Permission.ADMINISTER)
def company_settings() -> ResponseReturnValue:
    """Set the company's name, logo and address for tablets."""
    form = form_with_input(CompanyForm)

    def act(_record: CompanySettings | None, on: datetime) -> str:
        CompanySettings.set(by=signed_in_user(), on=on, **form.values())
        say(gettext("Saved. New pages, printed forms and registers show it from now on."))
        return url_for("admin.company_settings")

    return handle_form(
        form,
        "admin/company.html",
        Subject(lambda lock: CompanySettings.current(lock=lock)),
        act,
        back=url_for("admin.index"),
        detected=detected_address(),
        reachable=is_reachable_by_others(detected_address()),
    )
