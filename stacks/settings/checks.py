"""The checks of one merged environment: its JSON Schema, and the rules that a schema cannot state.

The rules are about text that Terraform would take for an expression, about what only one entry may
have, about the entries of the sections about connections, such as ``connection_tests``, and about
the attributes of connections and providers.

Everything that the constructs would refuse is found here first, because the constructs do not know
the files: they would report no line, and a mistake in ``base.yaml`` once for each environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from constructs_lib import schemas
from constructs_lib.schemas import destination_schema_name, limits
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.redaction import SECRET_PARAMETERS, display
from constructs_lib.schemas.rules import ELASTIC_PROVIDER
from constructs_lib.schemas.sections import Once, Section, sections
from constructs_lib.validation import FilePlace, Finding, checks, schema_check
from constructs_lib.validation.environment_schema import environment_schema
from constructs_lib.validation.findings import Path, pointer, steps
from constructs_lib.validation.json_values import UNKNOWN, as_json_values
from constructs_lib.validation.schema_check import compile_validator
from stacks.settings.backend import check_backend
from stacks.settings.model import Variable

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


def check_actions(
    values: dict[str, Any], found: list[Finding], place: FilePlace
) -> Iterator[Finding]:
    """Check what the JSON Schema cannot state: the chosen connection, and the rules of a sync.

    :param values: the merged environment as JSON values
    :param found: the findings so far
    :param place: the place that each finding gets until its own is known
    """
    broken = {tuple(steps(finding.pointer)[:3]) for finding in found}
    connections = values.get("connections")
    known = connections if isinstance(connections, dict) else {}
    for section in sections().values():
        entries = values.get(section.name)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if isinstance(entry, dict):
                path = (section.name, name)
                at = pointer(path)
                wrong = frozenset(p[2] for p in broken if len(p) == 3 and p[:2] == path)
                for each in _entry(entry, section, known, wrong, place):
                    yield each._replace(pointer=at + each.pointer)


def _entry(
    entry: dict[str, Any],
    section: Section,
    known: dict[str, Any],
    broken: frozenset[str],
    place: FilePlace,
) -> Iterator[Finding]:
    chosen, identifier = entry.get("connection"), entry.get("connection_id")
    if (chosen is None) == (identifier is None):
        found = "neither" if chosen is None else "connection and connection_id"
        allowed = "either connection, the name of a connection in this file, or connection_id"
        yield Finding("connection-or-id", "error", place, "", found, allowed)
    elif chosen is not None and chosen is not UNKNOWN and "connection" not in broken:
        yield from _unknown(chosen, known, place)
    rules = checks.rules_of(section.resource)
    yield from checks.apply_rules(rules, entry, place=place, broken=broken)


def _unknown(name: str, known: dict[str, Any], place: FilePlace) -> Iterator[Finding]:
    if name not in known:
        hint = (
            did_you_mean(name, known) or "for a connection of another file, write its connection_id"
        )
        allowed = "the name of a connection of this environment"
        at = "/connection"
        yield Finding("unknown-connection", "error", place, at, display(name), allowed, hint)


# Terraform reads a doubled mark as the mark itself.
_EXPRESSION = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")


def check_expressions(value: Any, place: FilePlace, path: Path = ()) -> Iterator[Finding]:
    """Report each text, or key, that contains an expression of Terraform.

    The values of a file are data. Whoever writes ``${NAME}`` means it for a shell or another tool,
    and Terraform would answer with an error that names a line of ``cdk.tf.json``. In JSON,
    Terraform reads keys in the same way as text.

    :param value: JSON values
    :param place: the place that each finding gets until its own is known
    :param path: the path to the value
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _text(key, repr(key), place, (*path, key))
            yield from check_expressions(inner, place, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from check_expressions(inner, place, (*path, index))
    elif isinstance(value, str):
        yield from _text(value, display(value, path), place, path)


def _text(text: str, found: str, place: FilePlace, path: Path) -> Iterator[Finding]:
    marks = sorted({match.group()[0] for match in _EXPRESSION.finditer(text)})
    if marks:
        literal = " and ".join(f"{mark * 2}{{ for the text {mark}{{" for mark in marks)
        hint = f"write {literal}; for a secret write {{variable: name}} in secrets"
        allowed = "literal values; no expression in a settings file is evaluated"
        at = pointer(path)
        yield Finding("terraform-expression", "error", place, at, found, allowed, hint)


class _UniqueKey(NamedTuple):
    """One thing that only one entry may have."""

    rule: str
    key: tuple[str, ...]
    path: Path
    found: str
    allowed: str


def check_uniqueness(values: Mapping[str, Any], place: FilePlace) -> Iterator[Finding]:
    """Report each entry with a unique key that an earlier entry has.

    :param values: the values of the merged environment; keys that are not text are passed over
    :param place: the place that each finding gets until its own is known
    """
    owners: dict[tuple[str, tuple[str, ...]], _UniqueKey] = {}
    for each in _unique_keys(values):
        owner = owners.setdefault((each.rule, each.key), each)
        if owner is not each:
            found = f"{each.found}, first in {'.'.join(map(str, owner.path[:2]))}"
            at = pointer(each.path)
            yield Finding(each.rule, "error", place, at, found, each.allowed)


def _unique_keys(values: Mapping[str, Any]) -> Iterator[_UniqueKey]:
    for name, entry in _entries(values, "connections"):
        yield from _keys_of_connection(name, entry)
    for section in sections().values():
        for name, entry in _entries(values, section.name):
            if section.once is not None:
                yield from _keys_of_connections(section.name, section.once, name, entry)
            elif section.takes_over:
                yield from _import_of(section.name, name, entry)
    for name, entry in _entries(values, "connector_statuses"):
        if isinstance(identifier := entry.get("connector_id"), str):
            yield _UniqueKey(
                "status-twice",
                (identifier,),
                ("connector_statuses", name, "connector_id"),
                f"a second status for the connector {identifier!r}",
                "one status per connector: two would overwrite each other",
            )


def _keys_of_connections(
    section: str, once: Once, name: str, entry: Mapping[str, Any]
) -> Iterator[_UniqueKey]:
    for key in ("connection", "connection_id"):
        if isinstance(chosen := entry.get(key), str) and chosen:
            yield _UniqueKey(
                once.rule,
                (section, key, chosen),
                (section, name, key),
                f"a second {once.what} for the same connection",
                f"one entry per connection: {once.why}",
            )


def _keys_of_connection(name: str, entry: Mapping[str, Any]) -> Iterator[_UniqueKey]:
    if schema := _schema(entry):
        group = entry["group_id"]
        yield _UniqueKey(
            "schema-taken",
            (group, schema),
            ("connections", name, "config"),
            f"the destination schema {schema!r} in the group {group!r}",
            "a different destination schema for each connection of a group",
        )
    yield from _import_of("connections", name, entry)


def _import_of(section: str, name: str, entry: Mapping[str, Any]) -> Iterator[_UniqueKey]:
    if isinstance(identifier := entry.get("import_id"), str) and identifier:
        yield _UniqueKey(
            "import-twice",
            (section, identifier),
            (section, name, "import_id"),
            f"the identifier {identifier!r} a second time",
            "one entry per existing object",
        )


def _schema(entry: Mapping[str, Any]) -> str | None:
    group, service, config = entry.get("group_id"), entry.get("service"), entry.get("config")
    is_known = isinstance(group, str) and isinstance(service, str) and isinstance(config, Mapping)
    return destination_schema_name(str(service), config or {}) if is_known else None


def _entries(values: Mapping[str, Any], part: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = values.get(part)
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        if isinstance(entry, Mapping):
            yield name, entry


@cache
def environment_validator() -> Validator:
    """Return the compiled schema of a merged environment; it is made once."""
    return compile_validator(environment_schema())


def check_environment(values: dict[str, Any], place: FilePlace) -> list[Finding]:
    """Return all findings about a merged environment; their pointers start at its top.

    :param values: the values, with a ``Variable`` for each secret
    :param place: the place that each finding gets until its own is known
    """
    known, found = as_json_values(
        values, place=place, is_token=lambda value: isinstance(value, Variable)
    )
    found += schema_check.check_schema(environment_validator(), known, place=place)
    found += check_backend(_mapping(known, "backend"), place)
    found += check_expressions(known, place)
    found += list(check_actions(known, found, place))
    # A variable is never null, so that it counts as given.
    found += _elastic(_mapping(values, "elastic"), found, place)
    connections = _mapping(known, "connections")
    broken = _broken(found)
    for name, connection in connections.items():
        if isinstance(connection, dict):
            prefix = pointer(("connections", name))
            for finding in _connection(connection, place, broken.get(name, frozenset())):
                found.append(finding._replace(pointer=prefix + finding.pointer))
    found += check_uniqueness(known, place)
    return found


def _mapping(values: dict[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _broken(found: list[Finding]) -> dict[str, frozenset[str]]:
    """Return for each connection the parameters that have an error already."""
    broken: dict[str, frozenset[str]] = {}
    for finding in found:
        if finding.pointer.startswith("/connections/"):
            _, _, name, *below = finding.pointer.split("/")
            broken[name] = broken.get(name, frozenset()) | frozenset(below[:1])
    return broken


def _connection(
    connection: dict[str, Any], place: FilePlace, broken: frozenset[str]
) -> Iterator[Finding]:
    yield from checks.apply_rules(checks.CONNECTION_RULES, connection, place=place, broken=broken)
    yield from _empty_secrets(connection, place)
    service = connection.get("service")
    if "managed_state" in connection and isinstance(service, str):
        for finding in checks.check_state_service(service, place):
            yield finding._replace(pointer="/managed_state")
        yield from _state_beyond_limits(connection["managed_state"], place)


def _empty_secrets(connection: dict[str, Any], place: FilePlace) -> Iterator[Finding]:
    """Report each secret that is null or an empty mapping: somebody forgot its value."""
    service = connection.get("service")
    facts = schemas.service(service) if isinstance(service, str) else None
    for name in sorted(SECRET_PARAMETERS):
        known = facts.secrets if facts is not None and name == "secrets" else ()
        for path, value in _empty_settings(_mapping(connection, name), ()):
            if path and _is_secret(path, known):
                found = "nothing" if value is None else "an empty value"
                at, hint = pointer((name, *path)), "leave it out if there is no such secret"
                yield Finding("empty-secret", "error", place, at, found, "a variable", hint)


def _empty_settings(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if value is None or value == {}:
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _empty_settings(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _empty_settings(inner, (*path, index))


def _is_secret(path: Path, known: Sequence[str]) -> bool:
    """Return whether a setting is secret by the catalogue, or unknown to it."""
    dotted = "".join("[]" if isinstance(step, int) else f".{step}" for step in path)[1:]
    siblings = [each for each in known if each.split(".")[0].removesuffix("[]") == path[0]]
    return not siblings or any(dotted.startswith(each) for each in siblings)


def _state_beyond_limits(managed_state: Any, place: FilePlace) -> Iterator[Finding]:
    """Report a state in JSON text that is too deep or too long; schemas check mappings only."""
    state = managed_state.get("state") if isinstance(managed_state, dict) else None
    excess = limits.find_excess_in_text(state) if isinstance(state, str) else None
    if excess is not None:
        at = pointer(("managed_state", "state", *excess.path))
        yield Finding("limit", "error", place, at, excess.found, excess.allowed)


def _elastic(elastic: dict[str, Any], found: Sequence[Finding], place: FilePlace) -> list[Finding]:
    wrong = (steps(finding.pointer) for finding in found)
    broken = frozenset(path[1] for path in wrong if path[:1] == ("elastic",) and len(path) > 1)
    return [
        finding._replace(pointer="/elastic" + finding.pointer)
        for finding in checks.apply_rules(ELASTIC_PROVIDER, elastic, place=place, broken=broken)
    ]
