"""The registers of the procedure (5.6, 7.0): one definition each, from which the page, the Excel file and the CSV come."""
from cs.registers.capa import CAPA_REGISTER
from cs.registers.complaints import COMPLAINT_REGISTER
from cs.registers.customers import CUSTOMER_REGISTER
from cs.registers.definition import Column, Register
from cs.registers.replenishments import REPLENISHMENT_REGISTER
from cs.registers.returns import RETURN_REGISTER

REGISTERS: dict[str, Register] = {register.name: register for register in (CUSTOMER_REGISTER, COMPLAINT_REGISTER, CAPA_REGISTER, RETURN_REGISTER,
                                                                  REPLENISHMENT_REGISTER)}

__all__ = ["REGISTERS", "Column", "Register"]
