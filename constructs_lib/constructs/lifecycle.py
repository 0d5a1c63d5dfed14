"""Terraform's lifecycle of a resource, for the ``lifecycle`` parameter of the constructs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from constructs_lib import toolkit
from constructs_lib.validation import ALIASES


@dataclass(frozen=True)
class Lifecycle:
    """How Terraform treats changes of a resource (Terraform's ``lifecycle`` meta-argument)."""

    create_before_destroy: bool | None = None
    """True makes the replacement before the old object is destroyed."""
    prevent_destroy: bool | None = None
    """True makes a plan fail that would destroy or replace the object."""
    ignore_changes: Sequence[str] | Literal["all"] | None = None
    """Names of parameters whose changes are not applied, or ``all``."""
    replace_triggered_by: Sequence[str] | None = None
    """Addresses; a change of one of them replaces the object."""


def lifecycle_names() -> frozenset[str]:
    """The names that a mapping for the ``lifecycle`` parameter may have."""
    return frozenset(field.name for field in fields(Lifecycle))


def terraform_lifecycle(
    value: Lifecycle | Mapping[str, Any] | None,
) -> toolkit.TerraformResourceLifecycle | None:
    """The CDK's form of a ``lifecycle`` parameter; names that do not exist are left out."""
    if value is None:
        return None
    given = asdict(value) if isinstance(value, Lifecycle) else value
    known = {name: given.get(name) for name in lifecycle_names()}
    ignored = known["ignore_changes"]
    if isinstance(ignored, (list, tuple)):
        # The plan knows attributes, not parameters: secrets is config_wo there.
        known["ignore_changes"] = [ALIASES.get(name, name) for name in ignored]
    return toolkit.TerraformResourceLifecycle(**known)
