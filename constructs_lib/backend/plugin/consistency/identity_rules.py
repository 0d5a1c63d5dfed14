"""The rules for the identities of resources, which Terraform 1.12 and later keeps beside states.

Terraform itself checks only that an identity is known and of its type. It drops one that is missing
without a word, stores one that has changed, and crashes on one of a type that has no identities.

Source: Terraform plugin protocol 6.9, ``GetResourceIdentitySchemas`` and the identities in
``ReadResource``, ``PlanResourceChange``, ``ApplyResourceChange`` and ``ImportResourceState``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.consistency.rules import Attributes
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.types import Type
from constructs_lib.backend.plugin.values.value import UNKNOWN, CodecError, Object, identical
from constructs_lib.records import NamedTuple

_PRIMITIVES: Final = (b'"string"', b'"number"', b'"bool"')
IdentityParts = list[tuple[str, bytes, bool, bool]]
"""The attributes of a schema: name, type, whether required and whether optional for an import."""


class IdentityAnswer(NamedTuple):
    """The identity in a response, with the one in the request."""

    attributes: Attributes
    """Those of the identity; none if the resource has no identities."""
    before: Object | None
    """The identity in the request: the one to keep, or the one to import."""
    identity: Object | None
    is_answered: bool = True
    """True if the response has an identity, be it readable or not."""
    is_readable: bool = True
    """False if it is not of the type of its schema."""
    failed: bool = False
    exists: bool = True
    """True if the response says that there is an object."""
    is_planned: bool = False
    """True if the identity may be left out, because only what comes next can tell it."""
    is_new: bool = False
    """True for the plan of a creation, or of a replacement: apply makes a new identity."""
    is_import: bool = False
    """True for an import; what it leaves out is found out now."""
    is_imported: bool = False
    """True for the read right after an import, which completes what was imported."""


def identity_is_answered(answer: IdentityAnswer) -> Iterator[Path]:
    """Return the identity of each object that is read, created, updated or imported."""
    is_due = answer.exists and not answer.failed and not answer.is_planned
    if answer.attributes and is_due and not answer.is_answered:
        yield ()


def gone_has_no_identity(answer: IdentityAnswer) -> Iterator[Path]:
    """Return no identity of an object that is gone."""
    if answer.is_answered and not answer.exists:
        yield ()


def identity_needs_a_schema(answer: IdentityAnswer) -> Iterator[Path]:
    """Return no identity for a resource without one: Terraform would crash."""
    if answer.is_answered and not answer.attributes:
        yield ()


def identity_is_of_its_type(answer: IdentityAnswer) -> Iterator[Path]:
    """Return an identity of the type in its schema."""
    if not answer.is_readable:
        yield ()


def identity_is_known(answer: IdentityAnswer) -> Iterator[Path]:
    """Return an identity that is known in full, or none in a plan."""
    for name, value in (answer.identity or {}).items():
        if value is UNKNOWN:
            yield (name,)


def identity_is_complete(answer: IdentityAnswer) -> Iterator[Path]:
    """Give each part of an identity a value that an import requires."""
    for name, attribute in answer.attributes.items():
        is_missing = answer.identity is not None and answer.identity.get(name) in (None, "")
        if is_missing and attribute.identity == "required":
            yield (name,)


def identity_is_kept(answer: IdentityAnswer) -> Iterator[Path]:
    """Keep the identity of an object as long as it exists."""
    if answer.is_new or answer.is_import or answer.is_imported or answer.identity is None:
        return
    for name, before in (answer.before or {}).items():
        if before is not UNKNOWN and not identical(before, answer.identity.get(name)):
            yield (name,)


def identity_agrees_with_import(answer: IdentityAnswer) -> Iterator[Path]:
    """Import the object whose identity was asked for."""
    if not answer.is_import or answer.identity is None:
        return
    for name, asked in (answer.before or {}).items():
        if asked is not None and not identical(asked, answer.identity.get(name)):
            yield (name,)


IDENTITY_RULES: Final = (
    identity_is_answered,
    gone_has_no_identity,
    identity_needs_a_schema,
    identity_is_of_its_type,
    identity_is_known,
    identity_is_complete,
    identity_is_kept,
    identity_agrees_with_import,
)
"""The rules that each answered identity is checked by."""


def identity_is_of_primitives(parts: IdentityParts) -> Iterator[Path]:
    """Make an identity of texts, numbers and booleans."""
    for name, type_, _, _ in parts:
        if type_ not in _PRIMITIVES:
            yield (name,)


def identity_is_for_imports(parts: IdentityParts) -> Iterator[Path]:
    """Make each part of an identity either required or optional for an import, and one required."""
    for name, _, required, optional in parts:
        if required == optional:
            yield (name,)
    if not any(required for _, _, required, _ in parts):
        yield ()


IDENTITY_SCHEMA_RULES: Final = (identity_is_of_primitives, identity_is_for_imports)
"""The rules that each schema of an identity is checked by."""


def write_identity(identity: Any, type_: Type, subject: str) -> bytes:
    """Return an identity as MessagePack.

    :raises ProviderError: if it is of another type
    """
    try:
        return encode(rules.require_object(identity, subject), type_)
    except CodecError:
        rule = identity_is_of_its_type
        text = rules.first_line(rule)
        raise rules.rule_error(rule.__name__, text, subject) from None
