"""The sync rules (filtering) of a connector: those of a new one, and how a draft of them changes.

A connector has active rules and a draft. The last rule of each is the default rule, which lets all
documents in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_DEFAULT_RULE = {
    "field": "_",
    "id": "DEFAULT",
    "policy": "include",
    "rule": "regex",
    "value": ".*",
}


def new(at: str) -> list[dict[str, Any]]:
    """Return the filtering of a connector made at a moment (RFC 3339)."""
    return [_filtering(_rules(at), _rules(at))]


def of(active: Any, draft: Any, at: str) -> dict[str, Any]:
    """Return active rules and a draft, as parsed, as they are stored.

    :param at: the time (RFC 3339) of what has none
    """
    return _filtering(*(_dated_rules(rules, at) for rules in (active, draft)))


def redrafted(
    filtering: Sequence[Mapping[str, Any]], rules: Any, snippet: Any, at: str
) -> list[dict[str, Any]]:
    """Return filtering with another draft, which is yet to be validated.

    :param rules: the new rules; None leaves them as they are
    :param snippet: the new advanced snippet; None leaves it as it is
    :param at: the time (RFC 3339) of what has none
    """
    former = filtering[0]["draft"]
    draft = {
        "advanced_snippet": former["advanced_snippet"] if snippet is None else _dated(snippet, at),
        "rules": former["rules"] if rules is None else _in_order(rules, at),
        "validation": {"errors": [], "state": "edited"},
    }
    return [_filtering(filtering[0]["active"], draft)]


def validated(filtering: Sequence[Mapping[str, Any]], validation: Any) -> list[dict[str, Any]]:
    """Return filtering whose draft has this validation."""
    draft = {**filtering[0]["draft"], "validation": validation}
    return [_filtering(filtering[0]["active"], draft)]


def activated(filtering: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return filtering whose draft is active, too."""
    return [_filtering(filtering[0]["draft"], filtering[0]["draft"])]


def _filtering(active: Any, draft: Any) -> dict[str, Any]:
    # Elasticsearch knows no other domain, whatever is sent.
    return {"active": active, "domain": "DEFAULT", "draft": draft}


def _rules(at: str) -> dict[str, Any]:
    return {
        "advanced_snippet": _dated({"value": {}}, at),
        "rules": [_default_rule(at, at, 0)],
        "validation": {"errors": [], "state": "valid"},
    }


def _dated_rules(rules: Mapping[str, Any], at: str) -> dict[str, Any]:
    return {
        **rules,
        "advanced_snippet": _dated(rules["advanced_snippet"], at),
        "rules": [_dated(rule, at) for rule in rules["rules"]],
    }


def _dated(value: Mapping[str, Any], at: str) -> dict[str, Any]:
    return {"created_at": at, "updated_at": at, **value}


def _default_rule(created_at: str, updated_at: str, order: int) -> dict[str, Any]:
    return {**_DEFAULT_RULE, "created_at": created_at, "order": order, "updated_at": updated_at}


def _in_order(rules: Sequence[Mapping[str, Any]], at: str) -> list[dict[str, Any]]:
    """Return rules by their order, and behind them the default rule, given or not."""
    own = sorted((rule for rule in rules if not _is_default(rule)), key=lambda rule: rule["order"])
    dates = [rule.get("created_at", at) for rule in rules if _is_default(rule)]
    last = own[-1]["order"] + 1 if own else 0
    created_at = dates[0] if dates else at
    return [*(_dated(rule, at) for rule in own), _default_rule(created_at, created_at, last)]


def _is_default(rule: Mapping[str, Any]) -> bool:
    return all(rule.get(name) == value for name, value in _DEFAULT_RULE.items())
