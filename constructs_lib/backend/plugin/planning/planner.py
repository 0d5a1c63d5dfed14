"""The plan of a resource as its schema alone gives it, and the state after the plan is carried out.

The generic plan:

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

Terraform insists that every known planned value comes back unchanged, in the user's form and not in
the API's, and that nothing is unknown any more. So what an operation returned is merged with the
plan into the state that Terraform gets.

Source: Terraform plugin protocol 6, ``PlanResourceChange`` and ``ApplyResourceChange``.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import (
    MAX_LEVELS,
    UNKNOWN,
    Dynamic,
    Object,
    Value,
    contains_unknown,
    levels,
    same,
    unwrap,
)
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import Attribute, Kind


def plan_change(attributes: dict[str, Attribute], config: Object, prior: Object | None) -> Plan:
    """Plan a creation (``prior`` is None) or an update."""
    if prior is None:
        created = {name: _planned(inner, config, None) for name, inner in attributes.items()}
        return Plan(config, None, created)
    roles = _roles(attributes)
    planned = {
        name: prior.get(name)
        if name in roles.kept and config.get(name) is None
        else _planned(inner, config, prior)
        for name, inner in attributes.items()
    }
    plan = Plan(config, prior, planned)
    plan.replace.extend((name,) for name in roles.forcing if plan.changed(name))
    return plan


class _Roles(NamedTuple):
    """What some attributes of a schema are to a plan."""

    kept: frozenset[str]
    """They are planned as before where the configuration leaves them out."""
    forcing: tuple[str, ...]
    """Their change replaces the resource."""


_ROLES: dict[int, tuple[dict[str, Attribute], _Roles]] = {}
"""The roles that were found, with the attributes that they were found in; schemas never change."""


def _roles(attributes: dict[str, Attribute]) -> _Roles:
    found = _ROLES.get(id(attributes))
    if found is None:
        each = attributes.items()
        kept = frozenset(
            n for n, one in each if not (one.required or one.has_default or one.write_only)
        )
        forcing = tuple(name for name, one in each if one.forces_replacement)
        found = _ROLES[id(attributes)] = attributes, _Roles(kept, forcing)
    return found[1]


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
    """Return the planned value of an attribute that is not simply kept."""
    if attribute.required:
        return None
    before: Value = prior.get(attribute.name) if prior is not None else None
    if attribute.has_default:
        default = _default(attribute)
        # A null default means that the API never answers it: an import or an older configuration
        # may have left a value, and leaving it is no change.
        unchanged = prior is not None and (default is None or same(default, before))
        return before if unchanged else default
    return UNKNOWN


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


def merge_state(attributes: dict[str, Attribute], planned: Object, returned: Object) -> Object:
    """Return the state after an operation: the plan, completed by what the operation returned."""
    return {
        name: None if inner.write_only else _filled(planned.get(name), returned.get(name))
        for name, inner in attributes.items()
    }


def merge_failed_update(
    attributes: dict[str, Attribute], prior: Object, planned: Object, saved: Object
) -> Object:
    """Return the state after an update that failed half-way: what was saved, else the prior state.

    The plan is not laid over it, as it was not reached: the next plan has to see the difference.
    """
    state: Object = {}
    for name, inner in attributes.items():
        value = saved.get(name, prior.get(name))
        if same(value, planned.get(name)):
            value = planned.get(name)
        state[name] = None if inner.write_only else without_unknown(value)
    return state


def merge_read_state(attributes: dict[str, Attribute], state: Object, returned: Object) -> Object:
    """Return the state after a read: what was returned, in the form of the prior state.

    A value that means the same keeps the form that it had, such as a list for a tuple. An unknown
    one is left to the self-check: nothing that is read can be unknown.
    """
    merged: Object = {}
    for name, inner in attributes.items():
        before = state.get(name)
        now = returned.get(name, before)
        # Most values are the very ones that were there before.
        is_kept = now is before or same(before, now)
        merged[name] = None if inner.write_only else before if is_kept else now
    return merged


def merge_data(attributes: dict[str, Attribute], config: Object, returned: Object) -> Object:
    """Return the state of a data source: its configuration, completed by what was read."""
    return {
        name: returned.get(name) if config.get(name) is None else config[name]
        for name in attributes
    }


def merge_failed_change(
    attributes: dict[str, Attribute],
    prior: Object | None,
    planned: Object | None,
    saved: Object | None,
) -> Object | None:
    """Return the state after a failed change: what exists by now, as far as it was saved."""
    if saved is None:
        return prior
    if prior is None:
        return merge_state(attributes, planned or {}, saved)
    return merge_failed_update(attributes, prior, planned or {}, saved)


def planned_identity(derived: Object, prior: Object | None, is_kept: bool) -> Object | None:
    """Return the identity of a plan; None if only apply can tell it.

    Terraform takes an identity with unknown parts for a new object, but then shows no plan.

    :param derived: the identity of the planned state, in which values may be unknown
    :param prior: the identity before the change, if Terraform has one
    :param is_kept: True for an update, in which what is unknown is as before
    """
    before = prior if is_kept and prior is not None else {}
    known = {
        name: before.get(name, UNKNOWN) if value is UNKNOWN else value
        for name, value in derived.items()
    }
    return None if contains_unknown(known) else known


def failed_identity(
    attributes: dict[str, Attribute], derived: Object, planned: Object | None
) -> Object | None:
    """Return the identity of what exists after a failed change; None if it is not known in full."""
    known = {}
    for name, value in derived.items():
        known[name] = (planned or {}).get(name) if value is None else value
    required = [name for name, inner in attributes.items() if inner.identity == "required"]
    is_whole = all(known.get(name) is not None for name in required)
    return known if is_whole and not contains_unknown(known) else None


def without_sensitive(attributes: dict[str, Attribute], state: Object) -> Object:
    """Return a state with null for what is sensitive, nested values as well."""
    return {
        name: _without_sensitive(attributes[name], value) if name in attributes else value
        for name, value in state.items()
    }


def _without_sensitive(attribute: Attribute, value: Any) -> Any:
    if attribute.sensitive and not attribute.write_only:
        return None
    if isinstance(value, list):
        return [_without_sensitive(attribute, inner) for inner in value]
    is_nested = bool(attribute.attributes) and isinstance(value, dict)
    return without_sensitive(attribute.attributes, value) if is_nested else value


def generated_config(attributes: dict[str, Attribute], state: Object) -> Object:
    """Return a configuration that a state could come from, with the settings that say something.

    What is required stays. Null becomes what only the API sets, what is secret or deprecated, what
    is empty or has its default, and what does not count without another attribute.
    """
    return {
        name: _generated(inner, state.get(name)) if _counts(inner, state) else None
        for name, inner in attributes.items()
    }


def _counts(attribute: Attribute, state: Object) -> bool:
    if attribute.required:
        return True
    is_set = not (attribute.read_only or attribute.write_only or attribute.sensitive)
    other = attribute.only_with
    return (
        is_set and not attribute.deprecated and (other is None or state.get(other[0]) == other[1])
    )


def _generated(attribute: Attribute, value: Any) -> Any:
    if attribute.attributes and isinstance(value, dict):
        value = generated_config(attribute.attributes, value)
    elif attribute.attributes and isinstance(value, list):
        return [generated_config(attribute.attributes, inner) for inner in value] or None
    if attribute.required:
        return value
    plain = unwrap(value)
    is_empty = plain in ("", [], {}) or (
        isinstance(plain, dict) and all(inner is None for inner in plain.values())
    )
    is_usual = attribute.has_default and same(_default(attribute), value)
    return None if is_empty or is_usual else value


def without_unknown(value: Any) -> Any:
    """Replace everything unknown in a value by null; dynamic types are inferred again."""
    if value is UNKNOWN:
        return None
    if not contains_unknown(value) or levels(value) > MAX_LEVELS:
        # What is nested too deeply is left to the encoding, which drops that attribute alone.
        return value
    if isinstance(value, Dynamic):
        return Dynamic(value.type, without_unknown(value.value))
    if isinstance(value, dict):
        return {name: without_unknown(inner) for name, inner in value.items()}
    return [without_unknown(inner) for inner in value]


def _filled(planned: Any, returned: Any) -> Any:
    """Return the planned value with its unknown parts taken from the returned one."""
    if planned is UNKNOWN:
        return without_unknown(returned)
    if not contains_unknown(planned):
        return planned
    if isinstance(planned, Dynamic):
        inner = returned.value if isinstance(returned, Dynamic) else returned
        return Dynamic(planned.type, _filled(planned.value, inner))
    if isinstance(planned, dict):
        known = returned if isinstance(returned, dict) else {}
        return {name: _filled(inner, known.get(name)) for name, inner in planned.items()}
    known_parts = returned if isinstance(returned, list) else []
    parts = [*known_parts, *([None] * len(planned))]
    return [_filled(inner, part) for inner, part in zip(planned, parts, strict=False)]
