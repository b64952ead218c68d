"""The form of each step of a return."""

from __future__ import annotations

from cs.blueprints.returns import forms, handling_forms
from cs.blueprints.returns.effect_form import EffectForm
from cs.web.fields import ReasonForm, StepForm

FORMS: dict[str, type[StepForm]] = {
    "register": forms.RegisterForm,
    "receive_at_gate": forms.GateForm,
    "take_over": forms.RegisterForm,
    "accept": forms.AcceptForm,
    "accept_here": forms.AcceptForm,
    "decline": forms.DeclineForm,
    "leave_there": forms.AnswerForm,
    "send_as_is": forms.AnswerForm,
    "serve_paid": forms.AnswerForm,
    "serve_paid_here": forms.AnswerForm,
    "dispute": forms.AnswerForm,
    "arrange": forms.ArrangeForm,
    "count": handling_forms.CountForm,
    "all_counted": handling_forms.AllCountedForm,
    "recount": handling_forms.RecountForm,
    "settle_difference": handling_forms.DifferenceForm,
    "inspect": handling_forms.InspectForm,
    "instruct": handling_forms.InstructForm,
    "plan_rework": handling_forms.PlanReworkForm,
    "rework": handling_forms.ReworkForm,
    "reinspect": handling_forms.ReinspectForm,
    "give_back": forms.GiveBackForm,
    "confirm": forms.ConfirmForm,
    "close": forms.CloseForm,
    "judge_effect": EffectForm,
    "decline_goods": ReasonForm,
    "amend": forms.AmendForm,
    "void": ReasonForm,
}
