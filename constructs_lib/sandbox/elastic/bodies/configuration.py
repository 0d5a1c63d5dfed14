"""The body that sets the configuration of a connector.

Source: Elasticsearch's API, "Update the connector configuration".
"""

from __future__ import annotations

from typing import Any

from constructs_lib.sandbox.elastic.bodies import parser
from constructs_lib.sandbox.elastic.bodies.parser import Field, Parser

_DISPLAYS = ("textbox", "textarea", "numeric", "toggle", "dropdown")
_TYPES = ("str", "int", "list", "bool")
_VALIDATIONS = ("less_than", "greater_than", "list_type", "included_in", "regex")
_ALWAYS: dict[str, Any] = {
    "default_value": None,
    "required": False,
    "sensitive": False,
    "value": None,
}
"""What each setting is stored with, given or not."""


def _constraint(value: Any) -> Any:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, bool) or not isinstance(item, (str, int, float)):
            raise ValueError("A constraint is a text, a number, or a list of them")
    return value


def _type(value: str | None) -> str | None:
    if value is not None and value not in _TYPES:
        raise ValueError(f"Unknown FieldType: {value}")
    return value


_DEPENDENCY = Parser(
    "connector_configuration_dependency",
    {"field": parser.text(required=True), "value": parser.scalar(required=True, nullable=True)},
)
_OPTION = Parser(
    "connector_configuration_select_option",
    {"label": parser.text(required=True), "value": parser.scalar(required=True)},
)
_VALIDATION = Parser(
    "connector_configuration_validation",
    {
        "constraint": Field(parser.anything("scalar", "array").tokens, _constraint, True),
        "type": parser.choice("ValidationType", _VALIDATIONS, required=True),
    },
)
_SETTING = Parser(
    "connector_configuration",
    {
        "category": parser.text(),
        "default_value": parser.scalar(nullable=True),
        "depends_on": parser.many(_DEPENDENCY),
        "display": parser.choice("DisplayType", _DISPLAYS, nullable=True),
        "label": parser.text(required=True),
        "options": parser.many(_OPTION),
        "order": parser.whole(),
        "placeholder": parser.text(nullable=True),
        "required": parser.flag(),
        "sensitive": parser.flag(),
        "tooltip": parser.text(nullable=True),
        "type": Field(parser.text(nullable=True).tokens, _type),
        "ui_restrictions": parser.texts(),
        "validations": parser.many(_VALIDATION),
        "value": parser.anything("scalar", "object", "null"),
    },
)
CONFIGURATION = Parser(
    "connector_update_configuration_request",
    {"configuration": parser.by_name(_SETTING), "values": parser.anything()},
    strict=True,
)
"""Either ``configuration``, all settings by name, or ``values`` for some of them."""


def stored(configuration: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return parsed settings as they are stored: what is always there, and what is not null."""
    return {
        name: {**_ALWAYS, **{key: value for key, value in setting.items() if value is not None}}
        for name, setting in configuration.items()
    }
