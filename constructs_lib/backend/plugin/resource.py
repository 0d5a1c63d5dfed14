"""What a provider offers: resources, data sources and ephemeral resources, and their operations.

A resource has a schema and four operations; the rest has defaults. The framework around it keeps
Terraform's rules: the planner plans what the schema says, what an operation returns is merged with
the plan, and every response is checked before it is sent.

Terraform 1.12 and later keeps the *identity* of an object beside its state: the attributes that the
schema marks with ``x-identity``. A resource needs no code for it.

A data source is read, and never changed.

An ephemeral resource is opened for one run, and stored nowhere. Terraform opens it when a run needs
it, renews it when it is due, and closes it when nothing uses it any more. Its result is in no state
and in no plan file. Terraform before 1.10 does not know ephemeral resources, and does not ask for
them.

Source: Terraform plugin protocol 6, ``PlanResourceChange``, ``ReadDataSource``,
``OpenEphemeralResource`` and the calls around them.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from datetime import datetime
from operator import is_
from typing import Any, ClassVar

from constructs_lib.backend.plugin.concurrency import Activity
from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path, ProviderError
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object, same
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import ResourceSchema


class Operation:
    """What an operation gets in addition to its values."""

    provider_data: Any
    """What ``Provider.configure`` returned; None if the provider was not configured."""
    private: dict[str, Any]
    """The resource's private state (JSON). Change it in place; it is kept with the result, also if
    the operation fails. What plan writes here, apply finds here."""
    diagnostics: Diagnostics
    """Add errors and warnings here. After an error, what the operation returns is still kept."""
    stopping: threading.Event
    """Set when Terraform was told to stop: finish soon, and return the state reached by then."""
    activity: Activity
    """The calls that run at the same time."""
    saved: Object | None
    """What was saved last."""

    def __init__(
        self,
        provider_data: Any,
        private: dict[str, Any],
        stopping: threading.Event,
        diagnostics: Diagnostics | None = None,
        activity: Activity | None = None,
    ) -> None:
        self.provider_data = provider_data
        self.private = private
        self.diagnostics = Diagnostics() if diagnostics is None else diagnostics
        self.stopping = stopping
        self.activity = Activity() if activity is None else activity
        self.saved = None

    def save(self, state: Object) -> None:
        """Note what exists by now, so that it stays in state if the operation then fails.

        Attributes that are missing are filled in: at creation from the plan, at an update from the
        state before it.
        """
        self.saved = dict(state)


class MovedState(NamedTuple):
    """The state of a resource of another type, as Terraform stored it."""

    provider: str
    """The address of its provider, such as ``registry.terraform.io/acme/widgets``."""
    type_name: str
    version: int
    """The version of its schema. The state is not upgraded."""
    attributes: dict[str, Any]
    """Its attributes in JSON form, secrets included."""

    def __repr__(self) -> str:
        return f"<MovedState of {self.type_name}>"


class Plan:
    """A planned change; change ``planned`` and ``replace`` in place."""

    config: Object
    """The configuration; values may be unknown."""
    prior: Object | None
    """The state before the change; None for a creation."""
    planned: Object
    """The state after the change: ``UNKNOWN`` where only apply can tell. What is known is a promise
    and what is configured must stay as configured. Put another value in the place of one; do not
    change anything inside of it, as the prior state may share it."""
    is_validated: bool
    """True if this very configuration passed ``Resource.validate`` in this process."""
    replace: list[Path]
    """The attributes whose change replaces the resource. Those that the schema marks are entered
    already."""

    def __init__(self, config: Object, prior: Object | None, planned: Object) -> None:
        self.config = config
        self.prior = prior
        self.planned = planned
        self.is_validated = False
        self.replace = []

    @property
    def is_create(self) -> bool:
        """True if the resource does not exist yet."""
        return self.prior is None

    @property
    def is_update(self) -> bool:
        """True if the resource exists."""
        return self.prior is not None

    @property
    def changes_nothing(self) -> bool:
        """True if the plan is the prior state itself, value by value."""
        if self.prior is None or self.replace or self.prior.keys() != self.planned.keys():
            return False
        return all(map(is_, self.planned.values(), map(self.prior.__getitem__, self.planned)))

    def changed(self, name: str) -> bool:
        """Return True if the planned value differs from the prior one; an unknown value is a
        change.

        At creation, every planned value but null is a change.
        """
        planned = self.planned.get(name)
        before = self.prior.get(name) if self.prior is not None else None
        return planned is UNKNOWN or (planned is not before and not same(planned, before))


class Resource(ABC):
    """One resource type. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so a resource keeps nothing about a single instance.
    """

    schema: ResourceSchema
    """The resource's description; a class attribute."""
    version: ClassVar[int] = 0
    """The version of the form of its state; raise it when an older state has to be converted."""
    identity_version: ClassVar[int] = 0
    """The version of the form of its identity. Begin at 0: Terraform takes a state without identity
    for one of that version, and asks to convert it."""
    plan_waits: ClassVar[bool] = True
    """False if ``plan`` only computes. It is then called without a thread of its own, and whatever
    it waited for would hold up all other calls."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Add what is wrong with a configuration beyond the keywords of the schema: by default,
        what the rules find that the schema names (``x-rules``).

        It runs several times, without provider data, and only on what keeps the keywords of the
        schema. Any value may be unknown. It must not wait for anything: other calls wait for it.
        """
        if "x-rules" in self.schema.document:
            from constructs_lib.backend.plugin.planning.checks import check_own_rules

            check_own_rules(self.schema.name, config, diagnostics)

    def plan(self, plan: Plan, operation: Operation) -> None:  # noqa: B027
        """Refine a plan for creation or update."""

    def plan_destroy(self, prior: Object, operation: Operation) -> None:  # noqa: B027
        """Add warnings or errors to a plan for destruction."""

    @abstractmethod
    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Create the object and return its state.

        The state that is kept has each planned value that was known, and the returned value where
        the plan was unknown. Write-only values stand in ``config`` only.
        """

    @abstractmethod
    def read(self, state: Object, operation: Operation) -> Object | None:
        """Return the state as it is now, None if the object is gone.

        An attribute that is missing in the answer keeps its value. Nothing inside a value of
        ``state`` may be changed.
        """

    @abstractmethod
    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Change the object and return its state, as ``create`` does."""

    @abstractmethod
    def delete(self, prior: Object, operation: Operation) -> None:
        """Delete the object; it is no error if it is gone already."""

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Return the stub of a state, which the read that follows completes."""
        return {"id": identifier}

    def identity(self, state: Object) -> Object:
        """Return what identifies the object of a state: the attributes that the schema marks.

        It never changes while the object exists. In a plan, values may be unknown.
        """
        found = self.schema.attributes.items()
        return {name: state.get(name) for name, inner in found if inner.identity}

    def import_by_identity(self, identity: Object, operation: Operation) -> Object:
        """Return the stub of a state as ``import_state`` does.

        :param identity: has a value for each attribute that is required for an import, and null for
            others that are left out; what they must look like is checked here
        """
        found = self.schema.attributes.items()
        required = [name for name, inner in found if inner.identity == "required"]
        given = {name: value for name, value in identity.items() if value is not None}
        if len(required) != 1:
            return given
        return {**given, **self.import_state(str(identity[required[0]]), operation)}

    def upgrade_identity(self, version: int, identity: dict[str, Any]) -> dict[str, Any]:
        """Convert the JSON of an identity that an older version wrote, as ``upgrade_state`` does a
        state.
        """
        return identity

    def generate_config(self, config: Object, state: Object) -> Object:
        """Return the configuration to write for an object that is imported, from its state.

        :param config: has the settings of the state that say something, by the schema; others are
            null. Change it in place or return another one.
        """
        return config

    def move_state(self, source: MovedState, operation: Operation) -> Object:
        """Return the state of a resource of another type that a ``moved`` block makes one of this.

        Nothing may be asked or sent: the provider is not configured. What is left out is null, and
        the read that follows completes it.

        :raises ProviderError: if it cannot be one of this type; by default none can
        """
        raise ProviderError(
            "Resource cannot be moved",
            f"A resource of the type {source.type_name} of {source.provider} cannot become one of "
            f"the type {self.schema.name}. Use a removed block for the one and an import block for "
            "the other. Nothing was changed.",
        )

    def upgrade_state(self, version: int, state: dict[str, Any]) -> dict[str, Any]:
        """Convert the JSON of a state that an older version wrote, without waiting for anything.

        A dynamic value in it is an object with ``type`` and ``value``. Attributes that the schema
        lacks are dropped afterwards, and missing ones are null.
        """
        return state


class DataSource(ABC):
    """One type of data source. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so it keeps nothing about a single instance.
    """

    schema: ResourceSchema
    """The description; a class attribute."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with a configuration beyond the rules of the schema.

        It runs several times, without provider data, and only on what keeps the rules of the
        schema. Any value may be unknown.
        """

    @abstractmethod
    def read(self, config: Object, operation: Operation) -> Object:
        """Return the object, by attribute.

        What is configured stays as configured, whatever is returned for it; an attribute that is
        missing is null. Nothing in ``config`` is unknown: Terraform waits until all is known.

        :raises ProviderError: if there is no such thing, because a data source must have a value
        """


class Opened(NamedTuple):
    """What was opened."""

    result: Object
    """The values by attribute. What is configured stays as configured, whatever the value here;
    an attribute that is missing is null."""
    renew_at: datetime | None = None
    """When Terraform has to renew it, with a time zone; None if it lasts."""

    def __repr__(self) -> str:
        # The result is secret, as a rule: it would not be ephemeral otherwise.
        return f"<Opened, renewed at {self.renew_at}>"


class EphemeralResource(ABC):
    """One type of ephemeral resource. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so it keeps nothing about a single instance. What
    ``open`` writes to ``Operation.private``, ``renew`` and ``close`` find there. A deferral is not
    offered: nothing that is configured is unknown when it is opened.
    """

    schema: ResourceSchema
    """The description; a class attribute."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with a configuration beyond the rules of the schema.

        It runs several times, without provider data, and only on what keeps the rules of the
        schema. Any value may be unknown.
        """

    @abstractmethod
    def open(self, config: Object, operation: Operation) -> Opened:
        """Open it. This runs at each plan and each apply whose configuration is known.

        After an error Terraform closes nothing: what was opened by then is to be closed here.
        """

    def renew(self, operation: Operation) -> datetime | None:
        """Renew what was opened, and return when to do so again; None if never."""
        return None

    def close(self, operation: Operation) -> None:  # noqa: B027
        """Close what was opened; it is no error if it is gone already."""
