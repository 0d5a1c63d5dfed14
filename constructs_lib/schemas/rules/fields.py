"""Rules about single fields: their names, their types and their values."""

from __future__ import annotations

from collections.abc import Iterable

from constructs_lib.schemas.fields import FieldKind
from constructs_lib.schemas.rules.kinds import as_text, judged
from constructs_lib.schemas.rules.secrets import is_spelled_like_a_secret
from constructs_lib.schemas.rules.types import Problem, Severity
from constructs_lib.schemas.rules.visits import Visit
from constructs_lib.schemas.suggestions import a_type, did_you_mean

_MOST_SHOWN = 12
_KINDS = {
    FieldKind.STRING: "text",
    FieldKind.INTEGER: "a whole number",
    FieldKind.NUMBER: "a number",
    FieldKind.BOOLEAN: "true or false",
    FieldKind.OBJECT: "a mapping",
    FieldKind.LIST: "a list",
    FieldKind.ANY: "anything",
}
_HINTS = {
    FieldKind.STRING: "put it in quotes",
    FieldKind.BOOLEAN: "write true or false, without quotes",
    FieldKind.OBJECT: "write key and value pairs",
    FieldKind.LIST: "put it in brackets: [...]",
}


def unknown_field(visit: Visit) -> Problem | None:
    """A field that the service does not have is a mistake, as a rule a misspelt one.

    Where the catalogue knows no field at all, it may be the catalogue that is incomplete: there it
    is a warning.
    """
    if visit.field is not None or isinstance(visit.path[-1], int):
        return None
    name = str(visit.path[-1])
    if not visit.scope.is_secret and is_spelled_like_a_secret(name, visit.siblings):
        return None
    if not visit.siblings:
        hint = _let_through(visit)
        allowed = f"nothing: the catalogue knows no fields of {visit.scope.root} of this service"
        return Problem(visit.path, repr(name), allowed, hint, "warning")
    allowed = f"a field of {_parent(visit)} of the service {visit.service.name}"
    return Problem(visit.path, repr(name), allowed, _unknown_hint(name, visit))


def wrong_type(visit: Visit) -> Problem | None:
    """A value of a kind that the API cannot read in this place, or may read otherwise."""
    field = visit.field
    if field is None or (field.kind is FieldKind.STRING and isinstance(visit.value, str)):
        return None
    if _is_judged_elsewhere(visit):
        return None
    judgement = judged(visit.value, field.kind)
    if judgement == "fits":
        return None
    found = visit.shown
    if isinstance(visit.value, (str, int, float)) and not isinstance(visit.value, bool):
        found += f" ({a_type(visit.value)})"
    severity: Severity = "warning" if judgement == "doubtful" else "error"
    # What holds several values where one is due was meant for another field.
    is_single = not isinstance(visit.value, (dict, list))
    hint = _HINTS.get(field.kind, "") if is_single else ""
    return Problem(visit.path, found, _KINDS[field.kind], hint, severity)


def value_not_allowed(visit: Visit) -> Problem | None:
    """A value that is not among the allowed ones. Another case of letters is only doubtful.

    An empty text passes: the API means nothing by it, and answers it.
    """
    field, value = visit.field, visit.value
    if field is None or not field.allowed or _is_judged_elsewhere(visit):
        return None
    text = "" if value is None or isinstance(value, (dict, list)) else as_text(value)
    if not text or text in field.allowed:
        return None
    in_other_case = text.casefold() in (each.casefold() for each in field.allowed)
    hint = did_you_mean(text, field.allowed)
    severity: Severity = "warning" if in_other_case else "error"
    return Problem(visit.path, visit.shown, f"one of {_some(field.allowed)}", hint, severity)


def _is_judged_elsewhere(visit: Visit) -> bool:
    """True for what is not known yet, for a secret in clear, which has a finding already, and for
    what Fivetran sets.
    """
    field = visit.field
    if field is None or not visit.is_known:
        return True
    return field.read_only or (field.secret and not visit.scope.is_secret)


def _unknown_hint(name: str, visit: Visit) -> str:
    near = did_you_mean(name, visit.siblings)
    if near:
        return near
    known = [field.name for field in visit.siblings.values() if not field.read_only]
    return f"known are {_some(known)}; {_let_through(visit)}"


def _let_through(visit: Visit) -> str:
    return f"if Fivetran has it, name {visit.setting} in unchecked, with the reason"


def _parent(visit: Visit) -> str:
    return visit.setting.rpartition(".")[0]


def _some(names: Iterable[str]) -> str:
    """The names, or the first of them and the number of the others."""
    every = list(names)
    more = len(every) - _MOST_SHOWN
    return ", ".join(every[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
