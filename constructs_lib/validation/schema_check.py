"""The check of parameters by a JSON Schema, with its errors in plain words.

The JSON Schema of the parameters of a construct is made from the schema of its resource. Errors
say what may be written instead of showing a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from constructs_lib import schemas
from constructs_lib.schemas.keywords import (
    Violation,
    allowed,
    describe_type,
    did_you_mean,
    first_sentence,
    nearest_name,
    suggestion,
    violations,
    without_nulls,
)
from constructs_lib.schemas.model import matches
from constructs_lib.schemas.redaction import display
from constructs_lib.validation.findings import Finding, Path, Place, errors, pointer, steps
from constructs_lib.validation.json_values import UNKNOWN

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


def check_schema(validator: Validator, values: Any, *, place: Place) -> list[Finding]:
    """Return all findings of a JSON Schema about values in JSON form (see ``as_json_values``).

    :param validator: the compiled schema
    :param values: what is checked; ``UNKNOWN`` satisfies everything
    :param place: the place that each finding gets
    """
    raised = [error for error in validator.iter_errors(values) if error.instance is not UNKNOWN]
    # What is of the wrong type breaks the other keywords, too: that is one mistake, not several.
    mistyped = {_path(error) for error in raised if error.validator == "type"}
    found = (
        finding
        for error in raised
        if error.validator == "type" or _path(error) not in mistyped
        for finding in _messages(_error_of(error), place)
    )
    # One missing attribute of several comes as an error of its own, but describes them all.
    return list(dict.fromkeys(found))


def check_by_keywords(schema: dict[str, Any], values: Any, *, place: Place) -> list[Finding]:
    """Return what :func:`check_schema` returns, by the interpreter that the provider has as well.

    The library ``jsonschema`` is not needed for it.

    :param schema: the JSON Schema, such as a ``parameter_schema``
    """
    found = violations(schema, values, passes=lambda value: value is UNKNOWN)
    return [each for one in found for each in _messages(_error_of_violation(one), place)]


def _path(error: ValidationError) -> Path:
    return tuple(error.absolute_path)


def parameters_with_errors(found: Iterable[Finding]) -> frozenset[str]:
    """Return the parameters that have an error already, to which no rule need be applied."""
    return frozenset(steps(finding.pointer)[0] for finding in errors(found) if finding.pointer)


class _Error(NamedTuple):
    """What jsonschema says about one value."""

    keyword: str
    """The keyword of the schema that is not satisfied, such as ``enum``."""
    demand: Any
    """The value of that keyword."""
    path: Path
    instance: Any
    schema: dict[str, Any]

    @property
    def shown(self) -> str:
        """The value as it may be shown."""
        return display(self.instance, self.path)

    @property
    def allowed(self) -> str:
        """What is allowed instead, in words."""
        return allowed(self.keyword, self.demand, self.schema)


class _Message(NamedTuple):
    """The words for one error."""

    rule: str
    path: Path
    found: str
    allowed: str
    hint: str = ""


def _error_of(raw: ValidationError) -> _Error:
    keyword = "propertyNames" if "propertyNames" in raw.schema_path else str(raw.validator)
    schema = dict(raw.schema) if isinstance(raw.schema, Mapping) else {}
    return _Error(keyword, raw.validator_value, _path(raw), raw.instance, schema)


def _error_of_violation(found: Violation) -> _Error:
    """Return a violation as the library has it, which names the object around some mistakes."""
    demand, path, value = found.demand, found.path, found.value
    if found.keyword == "required":
        demand = [demand]
    elif found.keyword == "additionalProperties":
        path, value = path[:-1], {path[-1]: value}
    elif found.keyword == "propertyNames":
        path = path[:-1]
    return _Error(found.keyword, demand, path, value, dict(found.rule))


def _messages(error: _Error, place: Place) -> Iterator[Finding]:
    for words in _MESSAGES.get(error.keyword, _in_words)(error):
        rule, path, found, allowed, hint = words
        yield Finding(rule, "error", place, pointer(path), found, allowed, hint)


def _missing(error: _Error) -> Iterator[_Message]:
    misspelt = _misspelt(error)
    for name in error.demand:
        if name not in error.instance and name not in misspelt:
            about = first_sentence(error.schema.get("properties", {}).get(name, {}))
            words = allowed("required", name, error.schema)
            yield _Message("required", error.path, f"no {name}", words, about)


def _misspelt(error: _Error) -> set[str | None]:
    """Return the attributes that unknown ones were probably meant to be: that is one mistake."""
    known = list(error.schema.get("properties", {}))
    if error.schema.get("additionalProperties", True) is not False:
        return set()
    return {nearest_name(name, known) for name in error.instance if name not in known}


def _unknown(error: _Error) -> Iterator[_Message]:
    known = list(error.schema.get("properties", {}))
    for name in error.instance:
        if name not in known:
            hint = unknown_hint(error.schema, name) or did_you_mean(name, known)
            # The whole list helps only where no name is similar.
            words = "a known attribute" if hint else error.allowed
            yield _Message("unknown-attribute", (*error.path, name), repr(name), words, hint)


def _type(error: _Error) -> Iterator[_Message]:
    names = error.demand if isinstance(error.demand, list) else [error.demand]
    found = error.shown
    if isinstance(error.instance, (str, int, float)) and not isinstance(error.instance, bool):
        found += f" ({describe_type(error.instance)})"
    yield _Message("type", error.path, found, error.allowed, _type_hint(error.instance, names))


def _type_hint(value: Any, names: list[str]) -> str:
    if "boolean" in names and isinstance(value, str):
        return "write true or false, without quotes"
    if "string" in names and isinstance(value, (int, float)):
        return "put it in quotes"
    number = isinstance(value, str) and value.strip().lstrip("+-").replace(".", "", 1).isdigit()
    return "write the number without quotes" if number and {"integer", "number"} & {*names} else ""


def _enum(error: _Error) -> Iterator[_Message]:
    hint = suggestion(error.keyword, error.demand, error.instance)
    # To the author of a value it is one keyword, whether the case of the letters matters or not.
    yield _Message("enum", error.path, error.shown, error.allowed, hint)


def _pattern(error: _Error) -> Iterator[_Message]:
    is_service = error.path[-1:] == ("service",)
    hint = did_you_mean(error.instance, schemas.services()) if is_service else ""
    yield _Message("pattern", error.path, error.shown, error.allowed, hint)


def _twice(error: _Error) -> Iterator[_Message]:
    # What is known later only may turn out as anything.
    if not any(item is UNKNOWN for item in error.instance):
        yield from _in_words(error)


def _name(error: _Error) -> Iterator[_Message]:
    name = str(error.instance)
    suggested = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_").lstrip("0123456789_")
    hint = f"such as {suggested!r}" if re.search(str(error.demand), suggested) else ""
    yield _Message("name", (*error.path, name), repr(name), error.allowed, hint)


def _in_words(error: _Error) -> Iterator[_Message]:
    yield _Message(error.keyword, error.path, error.shown, error.allowed)


_MESSAGES: dict[str, Callable[[_Error], Iterator[_Message]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    schemas.IGNORING_CASE: _enum,
    "pattern": _pattern,
    "uniqueItems": _twice,
    "propertyNames": _name,
}


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

    That holds at the top level and inside what the schema describes, such as ``timeouts``. Inside
    ``config`` and the like None is a value, and stays.
    """
    properties = parameter_schema(name)["properties"]
    return {
        key: without_nulls(properties.get(key, {}), value)
        for key, value in values.items()
        if value is not None
    }


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

    :param document: one of our own schemas. The tests find out whether it is a correct schema,
        which takes longer than to check an environment by it
    """
    # jsonschema takes a tenth of a second to import: only who checks something pays for it.
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    own = {schemas.IGNORING_CASE: _enum_ignoring_case, "pattern": _pattern_to_the_end}
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


def _pattern_to_the_end(
    _validator: Validator, pattern: str, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not matches(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")
