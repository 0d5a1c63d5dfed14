"""What a provider is: a configuration, and what it offers by name: resources, data sources,
ephemeral resources, list resources and actions.

The registry imports each of them when it is first asked for. Terraform starts a provider three to
five times in each command, and most of these processes need one or two of its resources: they do
not wait for the modules of the others. One process only returns the schemas, for which it needs no
module at all.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from constructs_lib import schemas
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import DataSource, EphemeralResource, Resource
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.action import Action
    from constructs_lib.backend.plugin.consistency.state_rules import ReadAnswer
    from constructs_lib.backend.plugin.diagnostics import Path
    from constructs_lib.backend.plugin.list_resource import ListResource

T = TypeVar("T")
Check: TypeAlias = "Callable[[Object, Diagnostics], None]"
"""A check of a configuration, which adds what is wrong with it."""
ReadRule: TypeAlias = "Callable[[ReadAnswer], Iterator[Path]]"


class Registry(Mapping[str, T]):
    """What a provider offers of one sort by name, each imported and made at its first use.

    :param classes: the class of each as ``module:Class``; a module that begins with a dot is
        relative to ``package``
    :param package: the package of the provider
    :param prefix: what the names of their schemas have before theirs, such as ``data.``,
        ``list.`` or ``action.``
    :param versions: the versions of their states, where they are not 0
    :param checks: what checks a configuration beyond the rules of the schema, as
        ``module:function``, where a process that only checks need not import the class
    :param checked_by_rules: the names of those that only the rules of their schemas check
        (``x-rules``)
    """

    def __init__(
        self,
        classes: Mapping[str, str],
        package: str | None = None,
        prefix: str = "",
        versions: Mapping[str, int] = MappingProxyType({}),
        checks: Mapping[str, str] = MappingProxyType({}),
        checked_by_rules: Collection[str] = (),
    ) -> None:
        self._classes, self._package = classes, package
        self._prefix, self._versions, self._checks = prefix, versions, checks
        self._checked_by_rules = checked_by_rules
        self._made: dict[str, T] = {}
        # Terraform asks in several threads, and all of them must get the same thing.
        self._making = threading.Lock()

    def __getitem__(self, name: str) -> T:
        made = self._made.get(name)
        if made is None:
            where = self._classes[name]
            with self._making:
                made = self._made.get(name) or self._made.setdefault(name, self._make(where))
        return made

    def _make(self, where: str) -> T:
        made: T = self._found(where)()
        return made

    def _found(self, where: str) -> Any:
        module, _, name = where.partition(":")
        return getattr(import_module(module, self._package), name)

    def check(self, name: str) -> Check | None:
        """Return what checks a configuration of one without making it; None if only it can."""
        if name in self._checked_by_rules:
            from constructs_lib.backend.plugin.planning.checks import check_own_rules

            return partial(check_own_rules, self._prefix + name)
        where = self._checks.get(name)
        check: Check | None = self._found(where) if where else None
        return check

    def described(self, name: str) -> tuple[ResourceSchema, int]:
        """Return the schema of one, and the version of its state, without making it."""
        return schemas.load(self._prefix + name), self._versions.get(name, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def __contains__(self, name: object) -> bool:
        return name in self._classes


class Provider(ABC):
    """A provider of one API."""

    schema: ResourceSchema
    """The description of its configuration."""
    resources: Mapping[str, Resource]
    """Its resources by type name, such as ``toy_note``."""
    data_sources: Mapping[str, DataSource] = MappingProxyType({})
    """Its data sources by type name."""
    ephemeral_resources: Mapping[str, EphemeralResource] = MappingProxyType({})
    """Its ephemeral resources by type name, which may be that of a resource, too."""
    list_resources: Mapping[str, ListResource] = MappingProxyType({})
    """Its list resources by type name, which is that of the resource that they find."""
    actions: Mapping[str, Action] = MappingProxyType({})
    """Its actions by type name."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with the configuration beyond the rules of the schema.

        Any value may be unknown.
        """

    @abstractmethod
    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        """Return the provider data that operations get.

        During a plan, values may be unknown: then return provider data that fail only when they are
        used.

        :raises ProviderError: if none can be made
        """

    def read_rules(self) -> tuple[ReadRule, ...]:
        """Return what each read of its resources must keep beyond Terraform's rules.

        They are about what a read changes, so a state that it returns unchanged is not checked.
        """
        return ()

    def stop(self, provider_data: Any) -> None:  # noqa: B027
        """Wake what waits, because Terraform was told to stop. Running operations still finish.

        ``Operation.stopping`` is set already. Terraform is answered after two seconds, whether this
        has returned or not.
        """

    def close(self, provider_data: Any) -> None:  # noqa: B027
        """Release the provider data: the process ends, or new data were configured."""
