"""What an older Terraform cannot do with a provider, said once instead of found out later.

Terraform tells its version when it configures a provider (plugin protocol, ConfigureProvider).
OpenTofu tells its own; it learned about both with 1.11. An older one reads what it knows of the
schemas, so everything else works with it.
"""

from __future__ import annotations

import re

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.provider import Provider

WITH_WRITE_ONLY = (1, 11)
"""The first Terraform, and the first OpenTofu, with write-only attributes."""
WITH_EPHEMERAL = (1, 10)
"""The first Terraform with ephemeral resources and variables."""

REMEDY = "Use Terraform 1.11 or later, or OpenTofu 1.11 or later."


def check(version: str, provider: Provider, diagnostics: Diagnostics) -> None:
    """Warn of what the provider offers and this version does not know.

    :param version: as Terraform tells it, such as ``1.9.8`` or ``1.12.0-beta1``; where it tells
        none, or another form, nothing is said
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        return
    number = (int(found[1]), int(found[2]))
    lacks = []
    # Only for an old version are all resources looked at.
    write_only = _write_only(provider) if number < WITH_WRITE_ONLY else []
    if write_only:
        lacks.append(f"write-only attributes ({', '.join(write_only)}) are refused")
    if number < WITH_EPHEMERAL and provider.ephemeral_resources:
        lacks.append("there are no ephemeral resources and variables")
    if lacks:
        detail = f"With this version, {' and '.join(lacks)}. Everything else works. {REMEDY}"
        diagnostics.warning(f"Terraform {version} is older than 1.11", detail)


def _write_only(provider: Provider) -> list[str]:
    names = {
        name
        for resource in provider.resources.values()
        for name, attribute in resource.schema.attributes.items()
        if attribute.write_only
    }
    return sorted(names)
