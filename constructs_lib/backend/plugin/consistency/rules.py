"""What a rule of Terraform is, and the rules for configurations, schemas and plans.

Each response is checked by these rules before it is sent. A rule is a small function: it gets an
answer and yields the paths of the attributes that break it. The user reads its name and the first
line of its docstring, which tells a provider what to do. A broken rule is a bug of the provider.
Terraform finds some of them itself, but does not say what to do; others it lets pass, and the state
would be wrong.

``state_rules`` holds the other rules, and ``protocol.consistency_check`` applies all of them to the
messages.

Source: Terraform plugin protocol 6, ``PlanResourceChange``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final, TypeVar

from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path, ProviderError, dotted
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    Object,
    Value,
    agrees,
    contains_unknown,
    identical,
    same,
)
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import Attribute, Kind

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


def is_stub(attributes: Attributes, state: Object) -> bool:
    """Return True for a state that only an import made, and that a read has yet to complete."""
    required = (name for name, attribute in attributes.items() if attribute.required)
    return any(state.get(name) is None for name in required)


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


class PlanAnswer:
    """A planned change, with what it was planned from.

    :param prior: None for a creation
    :param replace: the attributes whose change replaces the resource
    """

    def __init__(
        self,
        attributes: Attributes,
        config: Object,
        prior: Object | None,
        planned: Object | None,
        replace: list[Path],
        is_destroy: bool = False,
    ) -> None:
        self.attributes, self.config, self.prior = attributes, config, prior
        self.planned, self.replace, self.is_destroy = planned, replace, is_destroy

    @cached_property
    def parts(self) -> list[_Planned]:
        """The attributes of the plan that the configuration may set."""
        if self.planned is None:
            return []
        return list(_descend(self.attributes, self.config, self.prior or {}, self.planned, ()))


class _Planned(NamedTuple):
    """One attribute of a plan."""

    path: Path
    attribute: Attribute
    is_computed: bool
    configured: Value
    before: Value
    planned: Value
    is_as_configured: bool


def destruction_is_planned_null(answer: PlanAnswer) -> Iterator[Path]:
    """Plan null for a destruction."""
    if answer.is_destroy and answer.planned is not None:
        yield ()


def change_is_planned_as_object(answer: PlanAnswer) -> Iterator[Path]:
    """Plan an object for a creation or an update."""
    if not answer.is_destroy and answer.planned is None:
        yield ()


def configured_is_planned(answer: PlanAnswer) -> Iterator[Path]:
    """Plan a configured value as configured, or exactly as before."""
    for part in answer.parts:
        if part.configured is not None and not _turned_unknown(part) and not _is_kept(part):
            yield part.path


def known_is_not_planned_unknown(answer: PlanAnswer) -> Iterator[Path]:
    """Never plan a known configured value as unknown."""
    return (part.path for part in answer.parts if _turned_unknown(part))


def unconfigured_is_planned_null(answer: PlanAnswer) -> Iterator[Path]:
    """Plan null for a value that is neither configured nor computed."""
    for part in answer.parts:
        if part.configured is None and not part.is_computed and part.planned is not None:
            yield part.path


def write_only_is_planned_null(answer: PlanAnswer) -> Iterator[Path]:
    """Plan null for a write-only value."""
    return set_write_only(answer.attributes, answer.planned or {})


def replacement_needs_prior_and_plan(answer: PlanAnswer) -> Iterator[Path]:
    """Replace only an existing resource that is planned to stay."""
    if answer.prior is None or answer.planned is None:
        yield from answer.replace[:1]


def marked_change_replaces(answer: PlanAnswer) -> Iterator[Path]:
    """Replace when an attribute that forces replacement changes, or becomes unknown."""
    if answer.prior is None or answer.planned is None:
        return
    replaced = {path[0] for path in answer.replace if path}
    for name, attribute in answer.attributes.items():
        planned = answer.planned.get(name)
        changed = planned is UNKNOWN or not same(planned, answer.prior.get(name))
        if attribute.forces_replacement and changed and name not in replaced:
            yield (name,)


PLAN_RULES: Final = (
    destruction_is_planned_null,
    change_is_planned_as_object,
    configured_is_planned,
    known_is_not_planned_unknown,
    unconfigured_is_planned_null,
    write_only_is_planned_null,
    replacement_needs_prior_and_plan,
    marked_change_replaces,
)
"""The rules that each plan is checked by."""


def violations_of_plan(attributes: Attributes, plan: Plan) -> Iterator[Violation]:
    """Yield the rules that a plan breaks before it becomes a message, for tests of a resource."""
    answer = PlanAnswer(attributes, plan.config, plan.prior, plan.planned, plan.replace)
    return violations(PLAN_RULES, answer)


def second_plan_keeps_the_first(first: PlanAnswer, second: PlanAnswer) -> Iterator[Path]:
    """Turn unknown values into known ones in the second plan, and change nothing else.

    Terraform plans a second time during apply, when all values are known. The two calls come to two
    processes, and neither request tells of the other: tests use this rule, the self-check cannot.
    """
    for name in first.attributes:
        if not agrees((first.planned or {}).get(name), (second.planned or {}).get(name)):
            yield (name,)


def _descend(
    attributes: Attributes, config: Object, prior: Object, planned: Object, path: Path
) -> Iterator[_Planned]:
    for name, attribute in attributes.items():
        # In the root, the schema lets the provider fill in whatever is optional.
        computed = attribute.read_only or (not path and attribute.optional)
        values = config.get(name), prior.get(name), planned.get(name)
        is_as_configured = identical(values[2], values[0])
        part = _Planned((*path, name), attribute, computed, *values, is_as_configured)
        inner = part.configured, part.before or {}, part.planned
        if attribute.write_only:
            continue
        if attribute.kind is Kind.NESTED and not _is_kept(part) and _are_objects(*inner):
            # As Terraform does, a nested attribute may be kept part by part.
            yield from _descend(attribute.attributes, *inner, part.path)  # type: ignore[arg-type]
        else:
            yield part


def _are_objects(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def _is_kept(part: _Planned) -> bool:
    if part.is_as_configured:
        return True
    return part.before is not None and identical(part.planned, part.before)


def _turned_unknown(part: _Planned) -> bool:
    if part.is_as_configured or part.configured is None:
        return False
    return not contains_unknown(part.configured) and contains_unknown(part.planned)
