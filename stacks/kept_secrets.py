"""Secrets that are left as they are at Fivetran while their variables have no value.

The provider takes a secret that is null for none: it sends nothing, and takes no note of it. So
such a secret is written as an expression of Terraform that is null until each variable in it has a
value. That holds for a setting as a whole: an object or a list is one value for the API, and one
that is sent without a part of it would clear that part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from constructs_lib.schemas.shown import SECRET_PARAMETERS
from stacks.settings_build import variables_in
from stacks.settings_model import Variable

# Terraform's strings are those of JSON, but for these two escapes.
_ESCAPE = re.compile(r"\\.")


def with_kept_secrets(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a connection with an expression for each setting that may be kept.

    :param parameters: keyword arguments of the ``Connection`` construct, with ``Variable`` leaves
    """
    return {
        name: {key: _kept(inner) for key, inner in value.items()}
        if name in SECRET_PARAMETERS and isinstance(value, Mapping)
        else value
        for name, value in parameters.items()
    }


def _kept(value: Any) -> Any:
    keeping = dict.fromkeys(each.name for each in variables_in(value) if each.keep_unset)
    if not keeping:
        return value
    return _unless(" || ".join(f'var.{name} == ""' for name in keeping), value)


def _unless(is_unset: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        # An object may have a part in config: the two are merged, which takes both as objects.
        return {key: _unless(is_unset, inner) for key, inner in value.items()}
    return f"${{{is_unset} ? null : {_expression(value)}}}"


def _expression(value: Any) -> str:
    """A value as Terraform writes it inside an expression. Text is a template there, as it is
    everywhere in a settings file.
    """
    if isinstance(value, Variable):
        return f"var.{value.name}"
    if isinstance(value, Mapping):
        inside = (f"{_expression(key)} = {_expression(inner)}" for key, inner in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_expression, value)) + "]"
    return _ESCAPE.sub(_as_terraform, json.dumps(value, ensure_ascii=False))


def _as_terraform(escape: re.Match[str]) -> str:
    return {"\\b": "\\u0008", "\\f": "\\u000c"}.get(escape.group(), escape.group())
