"""The parameters of a construct as JSON Schema, made from the schema of its resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.schemas.model import matches

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

ALIASES = {"secrets": "config_wo", "auth_secrets": "auth_wo", "tables": "scope"}
"""The parameters that are not named as their attribute: parameter name to attribute name."""


@cache
def parameter_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of what a person may write for one provider or resource.

    It is the schema of the resource without the attributes that only the API sets, and with the
    names of ``ALIASES``. Do not change the result: it is cached.

    :param name: such as ``fivetranops_connection``
    :raises KeyError: if nothing of that name is described
    """
    document = deepcopy(schemas.load(name).document)
    attributes = {attribute: parameter for parameter, attribute in ALIASES.items()}
    document["properties"] = {
        attributes.get(attribute, attribute): rule
        for attribute, rule in document["properties"].items()
        if not rule.get("readOnly", False)
    }
    # Without an identifier jsonschema resolves no addresses, which makes each check cheaper.
    document.pop("$id", None)
    return document


@cache
def parameter_validator(name: str) -> Validator:
    """Return the compiled form of ``parameter_schema(name)``, made once."""
    return compile_validator(parameter_schema(name))


def without_none(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` without those that are None, because they were left out.

    That holds at the top level and inside attributes with known keys, such as ``timeouts``.
    Inside ``config`` and the like None is a value, and stays.
    """
    properties = parameter_schema(name)["properties"]
    return {
        key: _mapping_without_none(value) if "properties" in properties.get(key, {}) else value
        for key, value in values.items()
        if value is not None
    }


def _mapping_without_none(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {key: inner for key, inner in value.items() if inner is not None}


def unknown_hint(schema: dict[str, Any], name: str) -> str:
    """Return what to do about a name that is not among the properties of a parameter schema.

    :param schema: the schema; its ``title`` says which resource it was made from
    :param name: the name that is not known
    :returns: the empty text if the name is no attribute of the resource either
    """
    for parameter, attribute in ALIASES.items():
        if name == attribute and parameter in schema.get("properties", {}):
            return f"write {parameter!r}"
    title = schema.get("title")
    if title not in schemas.names() or name not in schemas.load(title).attributes:
        return ""
    inside = ", with the name in config" if name == "schema" else ""
    return f"leave it out: {name!r} can only be read, the API sets it{inside}"


def compile_validator(document: dict[str, Any]) -> Validator:
    """Return a validator (draft 2020-12, and ``x-enum-ignoring-case``) of a JSON Schema.

    A ``$`` in a ``pattern`` means the very end, as the draft has it; the library takes Python's.

    :raises jsonschema.exceptions.SchemaError: if the schema itself is wrong
    """
    # jsonschema takes a tenth of a second to import: only who checks something pays for it.
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    Draft202012Validator.check_schema(document)
    own = {schemas.IGNORING_CASE: _enum_ignoring_case, "pattern": _pattern}
    with_our_keywords = extend(Draft202012Validator, own)  # type: ignore[no-untyped-call]
    validator: Validator = with_our_keywords(document)
    return validator


def _enum_ignoring_case(
    _validator: Validator, words: list[str], value: Any, _schema: Any
) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    # What is no text is a mistake of its type.
    if isinstance(value, str) and value.lower() not in words:
        yield ValidationError(f"{value!r} is not one of {words!r}")


def _pattern(
    _validator: Validator, pattern: str, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not matches(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")
