"""The resource ``fivetranops_connection_schema``.

What checks a configuration is here, as a process that only checks imports nothing else of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.backend.plugin.planning.checks import check_rules

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.diagnostics import Diagnostics
    from constructs_lib.backend.plugin.values.value import Object


def check_settings(config: Object, diagnostics: Diagnostics) -> None:
    """Add a warning for each setting that is enabled inside of what is disabled.

    :param config: the configuration of the resource; values that Terraform does not know yet pass
    """
    from constructs_lib.schemas.rules import SCHEMA_RULES

    check_rules(SCHEMA_RULES, config, diagnostics)
