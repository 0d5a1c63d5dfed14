"""The rules that Terraform holds the answers of a provider against.

Source: Terraform's ``internal/plans/objchange``, read as prose; nothing is copied from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import tfplugin6_pb2 as pb
from terraform_values import UNKNOWN, Dyn, has_unknown

Object = dict[str, Any]
Attributes = Mapping[str, pb.Schema.Attribute]


def attribute_type(attribute: pb.Schema.Attribute) -> Any:
    """The type of an attribute in JSON form."""
    if not is_nested(attribute):
        return json.loads(attribute.type)
    inside = ["object", {one.name: attribute_type(one) for one in nested(attribute).values()}]
    is_list = attribute.nested_type.nesting == pb.Schema.Object.LIST
    return ["list", inside] if is_list else inside


def is_nested(attribute: pb.Schema.Attribute) -> bool:
    """True for an attribute that is an object, or a list of objects, with a schema of its own."""
    return attribute.HasField("nested_type")


def nested(attribute: pb.Schema.Attribute) -> Attributes:
    """The attributes of a nested attribute."""
    return {one.name: one for one in attribute.nested_type.attributes}


def completed(attributes: Attributes, values: Object) -> Object:
    """A configuration with null for all that is not given, also inside nested attributes."""
    assert values.keys() <= attributes.keys(), "only attributes of the schema"
    result: Object = {}
    for name, attribute in attributes.items():
        value = values.get(name)
        is_object = is_nested(attribute) and isinstance(value, dict)
        result[name] = completed(nested(attribute), value) if is_object else value
    return result


def proposed(attributes: Attributes, prior: Object | None, config: Object) -> Object:
    """What Terraform proposes: the configuration, and the state where nothing is configured."""
    result = dict(config)
    for name, attribute in attributes.items():
        if config.get(name) is None and attribute.computed:
            result[name] = UNKNOWN if prior is None else prior.get(name)
        if attribute.write_only:
            result[name] = config.get(name)
    return result


def check_plan(
    attributes: Attributes, prior: Object | None, config: Object, planned: Object
) -> None:
    """What is configured is planned as configured, or as the prior state has it."""
    for name, attribute in attributes.items():
        before = None if prior is None else prior.get(name)
        _check_planned(attribute, before, config.get(name), planned.get(name), name)


def _check_planned(
    attribute: pb.Schema.Attribute, before: Any, configured: Any, planned: Any, path: str
) -> None:
    if attribute.write_only:
        assert planned is None, f"{path} is write-only and planned as {planned!r}"
        return
    if planned == configured:
        return
    if configured is None:
        assert attribute.computed, f"{path} is neither configured nor computed, but planned"
        return
    if is_nested(attribute) and isinstance(configured, dict) and isinstance(planned, dict):
        old = before if isinstance(before, dict) else {}
        for name, inner in nested(attribute).items():
            place = f"{path}.{name}"
            _check_planned(inner, old.get(name), configured.get(name), planned.get(name), place)
        return
    kept = before is not None and planned == before
    assert kept, f"{path}: configured {configured!r}, before {before!r}, planned {planned!r}"


def check_compatible(promised: Any, actual: Any, subject: str, path: str = "") -> None:
    """Each known part of a promise comes back as it was; an unknown one may become anything."""
    if promised is UNKNOWN:
        return
    if not has_unknown(promised):
        assert promised == actual, f"{subject}: {path}: promised {promised!r}, not {actual!r}"
        return
    if isinstance(promised, Dyn):
        assert isinstance(actual, Dyn), f"{subject}: {path} is null"
        check_compatible(promised.value, actual.value, subject, path)
    elif isinstance(promised, dict):
        assert isinstance(actual, dict), f"{subject}: {path} is no object"
        assert promised.keys() == actual.keys(), f"{subject}: {path} has other keys"
        for key, inner in promised.items():
            check_compatible(inner, actual[key], subject, f"{path}.{key}")
    else:
        assert len(promised) == len(actual), f"{subject}: {path} has another length"
        for at, (inner, other) in enumerate(zip(promised, actual, strict=True)):
            check_compatible(inner, other, subject, f"{path}[{at}]")


def check_stored(attributes: Attributes, state: Object | None, subject: str) -> None:
    """A state is known in all its parts, and holds nothing that is write-only."""
    if state is None:
        return
    assert not has_unknown(state), f"{subject} left something unknown"
    kept = [name for name, one in attributes.items() if one.write_only and state[name] is not None]
    assert not kept, f"{subject} kept {kept}, which are write-only"
