"""The bases of the constructs that are no managed resources.

Data sources and ephemeral resources of Terraform read, and actions run when they are triggered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from constructs_lib import toolkit
from constructs_lib.constructs.base.cdk_resource import (
    CdkAction,
    CdkDataSource,
    CdkEphemeralResource,
)
from constructs_lib.constructs.base.expressions import is_hcl, quoted
from constructs_lib.constructs.base.meta_arguments import TERRAFORM_WITH_ACTIONS, TriggeredAction
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.rules.stack import refers_to
from constructs_lib.validation import ConstructPlace, Finding, check_parameters


class DataSourceConstruct(ResourceConstruct):
    """A construct that reads something, and never changes it.

    Terraform calls a data source a resource, too, of another mode: all but the block in which it
    is written is as with other resources.
    """

    CDK_CLASS = CdkDataSource

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return check_parameters(self.TYPE, values, place=place, is_token=toolkit.is_token)


class EphemeralResourceConstruct(ResourceConstruct):
    """A construct that is opened for one run, and is in no state and no plan file."""

    CDK_CLASS = CdkEphemeralResource

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters, and about the form of the synth."""
        found = check_parameters(self.TYPE, values, place=place, is_token=toolkit.is_token)
        return found + _hcl_findings(place)


def _hcl_findings(place: ConstructPlace) -> list[Finding]:
    # The CDK writes the blocks that it knows as HCL, and leaves others out silently.
    if not is_hcl():
        return []
    found, allowed = "a synth as HCL: the CDK cannot write ephemeral blocks in HCL", "JSON"
    hint = f"run {toolkit.NAME} synth without --hcl"
    return [Finding("ephemeral-hcl", "error", place, "", found, allowed, hint)]


class ActionConstruct(ResourceConstruct, TriggeredAction):
    """A construct of something that Terraform runs when it is triggered (Terraform 1.14).

    A resource triggers it by its ``lifecycle``, or a person by ``terraform apply -invoke``. It is
    in no state, and it has no attributes that could be read.
    """

    CDK_CLASS = CdkAction

    def __init__(self, scope: toolkit.Construct, id_: str, arguments: Mapping[str, Any]) -> None:
        super().__init__(scope, id_, arguments)
        self.synthesis.require_terraform(TERRAFORM_WITH_ACTIONS)

    if not TYPE_CHECKING:  # Otherwise a type checker would believe in every name.

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__} has no attribute {name}")
            raise AttributeError(
                f"{type(self).__name__} has no attribute {name} to read: an action has no outputs. "
                "Use its address in a trigger, or read the resource that it is about"
            )

    @property
    def address(self) -> str:
        """The address in Terraform, such as ``action.fivetranops_connection_sync.orders``."""
        return f"{self.TYPE}.{self._known_name}"

    @property
    def action(self) -> ActionConstruct:
        """The construct itself."""
        return self

    @property
    def is_single(self) -> bool:
        """False with ``count`` or ``for_each``: then a trigger names ``at(key)``."""
        return not self._is_many

    def reads(self, address: str) -> bool:
        """Return whether the configuration refers to a resource.

        :param address: the address of the resource
        """
        return refers_to(self._attributes, address, self.synthesis.stack)

    def at(self, key: str | int) -> ActionInstance:
        """Return one of several, for a trigger.

        :param key: the key in ``for_each``, or the index with ``count``; also ``"${each.key}"`` or
            ``"${count.index}"`` of the resource that triggers it
        """
        return ActionInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return check_parameters(self.TYPE, values, place=place, is_token=toolkit.is_token)


class ActionInstance(TriggeredAction):
    """One instance of an action with ``count`` or ``for_each``."""

    def __init__(self, action: ActionConstruct, key: str | int) -> None:
        self._action = action
        self._key = key

    @property
    def address(self) -> str:
        """The address in Terraform, such as ``action.fivetranops_connection_sync.orders[0]``."""
        key = self._key
        if isinstance(key, str):
            is_expression = key.startswith("${") and key.endswith("}")
            return f"{self._action.address}[{key[2:-1] if is_expression else quoted(key)}]"
        return f"{self._action.address}[{key}]"

    @property
    def action(self) -> ActionConstruct:
        """The construct of all instances."""
        return self._action

    @property
    def is_single(self) -> bool:
        """True: it is one of several."""
        return True

    def reads(self, address: str) -> bool:
        """Return whether the configuration of the instances refers to a resource.

        :param address: the address of the resource
        """
        return self._action.reads(address)
