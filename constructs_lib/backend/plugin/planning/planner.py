"""The generic plan of a resource: what follows from its schema alone.

===============================  ===========================  ================================
configured value                 at creation                  at an update
===============================  ===========================  ================================
known                            as configured                the prior value if it means the
                                                              same, else as configured
unknown                          unknown                      unknown
none, the provider sets it       unknown                      the prior value
none, there is a default         the default                  the default; the prior value if
                                                              the default is null
write-only                       null                         null
===============================  ===========================  ================================

Source: Terraform plugin protocol 6, ``PlanResourceChange``.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, Value, same
from constructs_lib.schemas import Attribute, Kind


def plan_change(attributes: dict[str, Attribute], config: Object, prior: Object | None) -> Plan:
    """Plan a creation (``prior`` is None) or an update."""
    planned = {name: _planned(inner, config, prior) for name, inner in attributes.items()}
    plan = Plan(config, prior, planned)
    if plan.is_update:
        forcing = (name for name, inner in attributes.items() if inner.forces_replacement)
        plan.replace.extend((name,) for name in forcing if plan.changed(name))
    return plan


def _planned(attribute: Attribute, config: Object, prior: Object | None) -> Value:
    if attribute.write_only:
        return None
    configured: Value = config.get(attribute.name)
    before: Value = prior.get(attribute.name) if prior is not None else None
    if configured is not None:
        # The prior value may be of another type that means the same, such as a list for a tuple.
        return before if _means_the_same(attribute, before, configured) else configured
    return _unconfigured(attribute, prior)


def _means_the_same(attribute: Attribute, before: Value, configured: Value) -> bool:
    if attribute.ignores_case:
        before, configured = attribute.spelled(before), attribute.spelled(configured)
    return before is not None and same(configured, before)


def _unconfigured(attribute: Attribute, prior: Object | None) -> Value:
    if attribute.required:
        return None
    before: Value = prior.get(attribute.name) if prior is not None else None
    if attribute.has_default:
        default = _default(attribute)
        # A null default means that the API never answers it: an import or an older configuration
        # may have left a value, and leaving it is no change.
        unchanged = prior is not None and (default is None or same(default, before))
        return before if unchanged else default
    return UNKNOWN if prior is None else before


def _default(attribute: Attribute) -> Value:
    default: Any = attribute.default
    if default is None:
        return None
    if attribute.kind is Kind.DYNAMIC:
        return Dynamic.of(default)
    if attribute.kind is Kind.NESTED:
        return {name: default.get(name) for name in attribute.attributes}
    value: Value = default
    return value
