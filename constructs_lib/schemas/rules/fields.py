"""The rules about single settings of a connection: their names, their types and their values.

Each setting is compared with the field of that name in the service of the connection. Values are
judged as the API judges them, which reads JSON leniently: text that is a number is a number, a
number is text, and ``"true"`` is true. The API cannot read a list or an object in place of a single
value, or the other way round.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from constructs_lib.records import NamedTuple
from constructs_lib.schemas.catalogue.service_facts import (
    DESTINATION_SCHEMA_KEYS,
    ITEM,
    Field,
    FieldKind,
    Service,
)
from constructs_lib.schemas.keywords import describe_type, did_you_mean
from constructs_lib.schemas.redaction import HIDDEN, Path, display
from constructs_lib.schemas.rules.rule import IsUnknown, Problem, SettingsAttribute, Severity
from constructs_lib.schemas.rules.secrets import is_spelled_like_a_secret

Judgement: TypeAlias = Literal["fits", "doubtful", "wrong"]
"""``doubtful`` is what the API may take, but may take otherwise than it was meant."""

_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")


def judge(value: Any, kind: FieldKind) -> Judgement:
    """Return whether a value fits a kind of field. Nothing, in whatever form, fits everywhere.

    :param value: in JSON form: dict, list or scalar
    """
    if kind is FieldKind.ANY or value is None or value in ("", [], {}):
        return "fits"
    if kind is FieldKind.OBJECT:
        return "fits" if isinstance(value, dict) else "wrong"
    if kind is FieldKind.LIST:
        return "fits" if isinstance(value, list) else "wrong"
    if isinstance(value, (dict, list)):
        return "wrong"
    return _SCALARS[kind](value)


def as_text(value: Any) -> str:
    """Return a single value as the text that the API reads it as."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _string(value: Any) -> Judgement:
    if isinstance(value, bool):
        return "doubtful"
    # 3.10 written as a number is 3.1, and nobody can tell any more.
    return "doubtful" if isinstance(value, (float, Decimal)) and not _is_whole(value) else "fits"


def _integer(value: Any) -> Judgement:
    if isinstance(value, bool):
        return "wrong"
    if isinstance(value, str):
        return "fits" if _WHOLE.fullmatch(value) else "wrong"
    return "fits" if _is_whole(value) else "wrong"


def _number(value: Any) -> Judgement:
    if isinstance(value, bool):
        return "wrong"
    is_number = not isinstance(value, str) or bool(_NUMBER.fullmatch(value))
    return "fits" if is_number else "wrong"


def _boolean(value: Any) -> Judgement:
    if isinstance(value, str):
        return "fits" if value.lower() in ("true", "false") else "wrong"
    return "fits" if isinstance(value, bool) else "wrong"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) or (math.isfinite(value) and value == math.floor(value))


_SCALARS = {
    FieldKind.STRING: _string,
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.BOOLEAN: _boolean,
}


class SettingVisit(NamedTuple):
    """One value among the settings, and what the catalogue knows of its field."""

    service: Service
    scope: SettingsAttribute
    path: Path
    """Where it is, from the top of the parameters."""
    value: Any
    is_known: bool
    """False if the value is known only later; its name is known all the same."""
    field: Field | None
    """None if the service has no such field."""
    siblings: Mapping[str, Field]
    """The fields that the service has at this place."""

    @property
    def setting(self) -> str:
        """The field as the API calls it, such as ``config.files[].name``; for ``unchecked``."""
        steps = (ITEM if isinstance(step, int) else f".{step}" for step in self.path[1:])
        return self.scope.root + "".join(steps)

    @property
    def shown(self) -> str:
        """The value as it may be shown."""
        is_secret = self.scope.is_secret or (self.field is not None and self.field.secret)
        is_leaf = not isinstance(self.value, (dict, list))
        return HIDDEN if is_secret and is_leaf else display(self.value, self.path)


def visit_settings(
    service: Service, scope: SettingsAttribute, value: Any, is_unknown: IsUnknown
) -> list[SettingVisit]:
    """Return all values among the settings, but none inside of a field that the service lacks.

    :param service: the service of the connection
    :param scope: which settings these are
    :param value: the settings in JSON form
    """
    found: list[SettingVisit] = []
    if not isinstance(value, dict):
        return found
    known = service.config if scope.root == "config" else service.auth
    given = value
    if scope.root == "config":
        # The rule about the destination schema is one of its own.
        form = {key for key in DESTINATION_SCHEMA_KEYS if key not in known}
        given = {key: inner for key, inner in value.items() if key not in form}
    _Walk(service, scope, is_unknown, found).inside((scope.attribute,), given, known)
    return found


class _Walk(NamedTuple):
    """One walk through the settings of one attribute."""

    service: Service
    scope: SettingsAttribute
    is_unknown: IsUnknown
    found: list[SettingVisit]

    def inside(self, path: Path, value: Mapping[str, Any], known: Mapping[str, Field]) -> None:
        """Add the settings of an object, and what is inside of them."""
        service, scope, is_unknown, found = self
        for key, inner in value.items():
            field, is_known = known.get(key), not is_unknown(inner)
            visit = SettingVisit(service, scope, (*path, key), inner, is_known, field, known)
            found.append(visit)
            if isinstance(inner, (dict, list)):
                self._below(visit)

    def _below(self, visit: SettingVisit) -> None:
        field, value = visit.field, visit.value
        if field is None or not visit.is_known:
            return
        if field.kind is FieldKind.OBJECT and field.fields and isinstance(value, dict):
            self.inside(visit.path, value, field.fields)
        elif field.kind is FieldKind.LIST and field.item and isinstance(value, list):
            for index, inner in enumerate(value):
                item = visit._replace(
                    path=(*visit.path, index),
                    value=inner,
                    is_known=not self.is_unknown(inner),
                    field=field.item,
                )
                self.found.append(item)
                if isinstance(inner, (dict, list)):
                    self._below(item)


_MAX_SHOWN = 12
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


def unknown_field(visit: SettingVisit) -> Problem | None:
    """Report a field that the service does not have: as a rule its name is misspelt.

    Where the catalogue knows no field at all, the catalogue may be incomplete: then it is a
    warning.
    """
    if visit.field is not None or isinstance(visit.path[-1], int):
        return None
    name = str(visit.path[-1])
    if not visit.scope.is_secret and is_spelled_like_a_secret(name, visit.siblings):
        return None
    if not visit.siblings:
        hint = _let_through(visit)
        allowed = f"nothing: the catalogue has no fields in {visit.scope.root} of this service"
        return Problem(visit.path, repr(name), allowed, hint, "warning")
    allowed = f"a field of {_parent(visit)} of the service {visit.service.name}"
    return Problem(visit.path, repr(name), allowed, _unknown_hint(name, visit))


def wrong_type(visit: SettingVisit) -> Problem | None:
    """Report a value of a type that the API cannot read here, or may read otherwise."""
    field = visit.field
    if field is None or (field.kind is FieldKind.STRING and isinstance(visit.value, str)):
        return None
    if _is_judged_elsewhere(visit):
        return None
    judgement = judge(visit.value, field.kind)
    if judgement == "fits":
        return None
    found = visit.shown
    if isinstance(visit.value, (str, int, float)) and not isinstance(visit.value, bool):
        found += f" ({describe_type(visit.value)})"
    severity: Severity = "warning" if judgement == "doubtful" else "error"
    # What holds several values where one is due was meant for another field.
    is_single = not isinstance(visit.value, (dict, list))
    hint = _HINTS.get(field.kind, "") if is_single else ""
    return Problem(visit.path, found, _KINDS[field.kind], hint, severity)


def value_not_allowed(visit: SettingVisit) -> Problem | None:
    """Report a value that is not among the allowed ones; a warning if only the case differs.

    An empty text passes: the API answers it for a setting without a value.
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


def _is_judged_elsewhere(visit: SettingVisit) -> bool:
    """Return True if no rule about types and values applies.

    The value is not known yet, it is a secret in clear, which has a finding already, or Fivetran
    sets it.
    """
    field = visit.field
    if field is None or not visit.is_known:
        return True
    return field.read_only or (field.secret and not visit.scope.is_secret)


def _unknown_hint(name: str, visit: SettingVisit) -> str:
    is_setting = visit.scope.root == "config" and not visit.scope.is_secret
    # The catalogue has the names of the destination schema apart from the other settings.
    apart = visit.service.destination_schema if is_setting and len(visit.path) == 2 else ()
    near = did_you_mean(name, [*apart, *visit.siblings])
    if near:
        return near
    known = [field.name for field in visit.siblings.values() if not field.read_only]
    return f"the known fields are {_some(known)}; {_let_through(visit)}"


def _let_through(visit: SettingVisit) -> str:
    return f"if Fivetran has it, list {visit.setting} in unchecked, with a reason"


def _parent(visit: SettingVisit) -> str:
    return visit.setting.rpartition(".")[0]


def _some(names: Iterable[str]) -> str:
    """Return the names, or the first of them and the number of the others."""
    every = list(names)
    more = len(every) - _MAX_SHOWN
    return ", ".join(every[:_MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")
