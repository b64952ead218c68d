"""Products 产品: the models that the factory makes, and the numbers under which customers order them."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.products.forms import EditProductForm, ProductForm
from cs.blueprints.products.listing import LISTING
from cs.blueprints.products.page import page_of_product
from cs.imports.master_data import PRODUCTS
from cs.models.customers import Product
from cs.procedure import customers as procedure
from cs.procedure.authority import Permission
from cs.records.sections import RecordSection
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("products", __name__, url_prefix="/products")


FORMS: dict[str, type[StepForm]] = {"create": ProductForm, "edit": EditProductForm, "void": ReasonForm}


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List the product models that match the filters in the URL."""
    page = LISTING.page(request.args, url_for("products.index"))
    return show(
        "products/list.html",
        "products/_rows.html",
        page=page,
        may_edit=current_user.may(procedure.PRODUCT.step("create").permission),
    )


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Products"),
        "speaker",
        model=Product,
        forms=FORMS,
        context=page_of_product,
        table=PRODUCTS,
    )
)
