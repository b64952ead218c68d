"""The registers and papers of the procedure (5.6, 7.0): one definition each, from which page, print, Excel,
CSV and PDF come."""

from cs.printing.definition import Column, Paper, Register
from cs.registers.capa import CAPA_REGISTER
from cs.registers.car_sheet import CAR_SHEET
from cs.registers.complaint_report import COMPLAINT_REPORT
from cs.registers.complaints import COMPLAINT_REGISTER
from cs.registers.customers import CUSTOMER_REGISTER
from cs.registers.replenishment_papers import REPLENISHMENT_APPLICATION, URGENT_ORDER
from cs.registers.replenishments import REPLENISHMENT_REGISTER
from cs.registers.return_papers import RETURN_SLIP, REWORK_INSTRUCTION
from cs.registers.returns import RETURN_REGISTER

REGISTERS: dict[str, Register] = {
    register.name: register
    for register in (
        CUSTOMER_REGISTER,
        COMPLAINT_REGISTER,
        CAPA_REGISTER,
        RETURN_REGISTER,
        REPLENISHMENT_REGISTER,
    )
}
PAPERS: dict[str, Paper] = {
    paper.form: paper
    for paper in (
        COMPLAINT_REPORT,
        CAR_SHEET,
        RETURN_SLIP,
        REWORK_INSTRUCTION,
        REPLENISHMENT_APPLICATION,
        URGENT_ORDER,
    )
}
FORMS: dict[str, Register | Paper] = {register.form: register for register in REGISTERS.values()} | PAPERS

__all__ = ["FORMS", "PAPERS", "REGISTERS", "Column", "Paper", "Register"]
