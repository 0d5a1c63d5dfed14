"""What a rule of Terraform is, and the rules for configurations and schemas.

Each response is checked by these rules before it is sent. A rule is a small function: it gets an
answer and yields the paths of the attributes that break it. The user reads its name and the first
line of its docstring, which tells a provider what to do. A broken rule is a bug of the provider.
Terraform finds some of them itself, but does not say what to do; others it lets pass, and the state
would be wrong.

``plan_rules``, ``state_rules`` and ``ephemeral_rules`` hold the other rules, and
``protocol.consistency_check`` applies all of them to the messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path, ProviderError, dotted
from constructs_lib.backend.plugin.values.value import Object, identical
from constructs_lib.schemas import Attribute

Attributes = dict[str, Attribute]
AnswerT = TypeVar("AnswerT")
SUMMARY: Final = "Provider broke a rule of Terraform"
RESERVED: Final = frozenset(
    {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"}
)
"""The names that Terraform keeps for itself among the attributes of a resource."""
RESERVED_IN_PROVIDERS: Final = frozenset({"alias", "version"})
"""The names that Terraform keeps for itself among the attributes of a provider."""


class Violation(NamedTuple):
    """One broken rule."""

    path: Path
    rule: str
    """The name of the rule, such as ``configured_is_planned``."""
    text: str
    """What the rule asks for."""


class ConfigAnswer(NamedTuple):
    """A configuration before and after its validation."""

    given: Object
    left: Object


class SchemaAnswer(NamedTuple):
    """The names of the root attributes of one schema."""

    names: list[str]
    reserved: frozenset[str]


def validation_changes_nothing(answer: ConfigAnswer) -> Iterator[Path]:
    """Leave the configuration unchanged when it is validated."""
    for name in answer.given.keys() | answer.left.keys():
        if not identical(answer.given.get(name), answer.left.get(name)):
            yield (name,)


def names_are_not_reserved(answer: SchemaAnswer) -> Iterator[Path]:
    """Give no attribute a name that Terraform reserves."""
    for name in answer.names:
        if name in answer.reserved:
            yield (name,)


VALIDATE_RULES: Final = (validation_changes_nothing,)
SCHEMA_RULES: Final = (names_are_not_reserved,)


def violations(
    rules: Iterable[Callable[[AnswerT], Iterator[Path]]], answer: AnswerT
) -> Iterator[Violation]:
    """Yield the rules that an answer breaks."""
    for rule in rules:
        for path in rule(answer):
            yield Violation(path, rule.__name__, first_line(rule))


def report_violations(found: Iterable[Violation], subject: str, diagnostics: Diagnostics) -> bool:
    """Add an error for each violation; return True if there is one.

    :param subject: the resource type and the operation
    """
    all_ = list(found)
    for path, rule, text in all_:
        diagnostics.error(SUMMARY, _detail(subject, path, rule, text), path)
    return bool(all_)


def require_object(returned: Any, subject: str) -> Object:
    """Return what a resource returned if it is an object, or raise at once.

    :raises ProviderError: if it is something else
    """
    if isinstance(returned, dict):
        return returned
    raise rule_error("require_object", "An operation must return an object.", subject)


def rule_error(rule: str, text: str, subject: str) -> ProviderError:
    """Return the error for a rule that is checked at once, because there is no answer to check.

    :param text: what the rule asks for
    """
    return ProviderError(SUMMARY, _detail(subject, (), rule, text))


def set_write_only(attributes: Attributes, values: Object, path: Path = ()) -> Iterator[Path]:
    """Yield the write-only attributes that have a value, nested ones as well."""
    for name, attribute in attributes.items():
        if attribute.write_only:
            if values.get(name) is not None:
                yield (*path, name)
        elif attribute.attributes:
            value = values.get(name)
            if isinstance(value, dict):
                yield from set_write_only(attribute.attributes, value, (*path, name))


def first_line(rule: Callable[..., object]) -> str:
    """Return the first line of a rule's docstring; Python drops docstrings when it optimises."""
    return (rule.__doc__ or rule.__name__).splitlines()[0]


def _detail(subject: str, path: Path, rule: str, text: str) -> str:
    place = f", attribute {dotted(path)}" if path else ""
    return (
        f"{subject}{place}: {text} (Rule {rule}.) This is a bug in the provider; please report it."
    )
