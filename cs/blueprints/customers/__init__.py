"""Customers 客户 (5.1.3.2, 5.4.1): the list, the customer file MJ-QP-12-02 as a page, and its forms."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.customers.forms import CustomerForm, EditCustomerForm, VoidForm
from cs.blueprints.customers.listing import LISTING
from cs.blueprints.customers.page import page_of_customer
from cs.imports.customers import CUSTOMERS
from cs.models.customers import Customer
from cs.procedure import customers
from cs.procedure.authority import Permission
from cs.records.sections import RecordSection
from cs.registers.customers import CUSTOMER_REGISTER
from cs.web.access import requires
from cs.web.fields import StepForm
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


FORMS: dict[str, type[StepForm]] = {"create": CustomerForm, "edit": EditCustomerForm, "void": VoidForm}


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List the customers that match the filters in the URL."""
    page = LISTING.page(request.args, url_for("customers.index"))
    return show(
        "customers/list.html",
        "customers/_rows.html",
        page=page,
        may_edit=current_user.may(customers.CUSTOMER.step("create").permission),
    )


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Customers"),
        "people",
        model=Customer,
        forms=FORMS,
        context=page_of_customer,
        registers=(CUSTOMER_REGISTER,),
        table=CUSTOMERS,
    )
)
