"""Terraform's lifecycle of a resource, for the ``lifecycle`` parameter of the constructs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
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
    given = vars(value) if isinstance(value, Lifecycle) else value
    known = {name: given.get(name) for name in lifecycle_names()}
    ignored = known["ignore_changes"]
    if isinstance(ignored, (list, tuple)):
        # The plan knows attributes, not parameters: secrets is config_wo there.
        known["ignore_changes"] = [_attribute_path(name) for name in ignored]
    if isinstance(known["replace_triggered_by"], tuple):
        # On the way into the CDK a tuple is no list.
        known["replace_triggered_by"] = list(known["replace_triggered_by"])
    return toolkit.TerraformResourceLifecycle(**known)


def parameter_of(path: str) -> str:
    """The parameter that an entry of ``ignore_changes`` begins with: ``config`` of ``config.host``.

    :param path: a parameter, or what is inside of it
    """
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _attribute_path(path: str) -> str:
    name = parameter_of(path)
    return ALIASES.get(name, name) + path[len(name) :]
