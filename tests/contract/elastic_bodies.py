"""Bodies that the tests of Elastic's sandbox send, with all that the contract wants in them."""

from __future__ import annotations

from typing import Any

AT = "2023-05-25T12:30:00.000Z"
SETTING: dict[str, Any] = {
    "default_value": None,
    "depends_on": [{"field": "other", "value": 31}],
    "display": "numeric",
    "label": "Port",
    "options": [{"label": "ten", "value": 10}],
    "order": 4,
    "required": True,
    "sensitive": False,
    "tooltip": None,
    "type": "int",
    "ui_restrictions": [],
    "validations": [
        {"constraint": 0, "type": "greater_than"},
        {"constraint": ["a", 1], "type": "included_in"},
    ],
    "value": 5432,
}
"""One setting of a configuration, with every field of the contract."""
SNIPPET: dict[str, Any] = {"created_at": AT, "updated_at": AT, "value": {"tables": ["orders"]}}
PIPELINE: dict[str, Any] = {
    "extract_binary_content": True,
    "name": "orders",
    "reduce_whitespace": True,
    "run_ml_inference": False,
}


def rule(identifier: str, order: int, **values: Any) -> dict[str, Any]:
    """A sync rule."""
    plain = {"field": "tax", "policy": "exclude", "rule": "regex", "value": "a.*"}
    return {"id": identifier, "order": order, "created_at": AT, "updated_at": AT, **plain, **values}


DEFAULT_RULE: dict[str, Any] = rule("DEFAULT", 0, field="_", policy="include", value=".*")


def rules(*given: dict[str, Any], state: str = "valid") -> dict[str, Any]:
    """Active rules or a draft."""
    validation = {"errors": [], "state": state}
    return {"advanced_snippet": SNIPPET, "rules": list(given), "validation": validation}
