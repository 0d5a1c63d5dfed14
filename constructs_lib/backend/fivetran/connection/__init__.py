"""Connections: the resource and its data sources.

What checks a configuration is here, as a process that only checks imports nothing else of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.backend.plugin.planning.checks import check_rules, is_unknown

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.diagnostics import Diagnostics
    from constructs_lib.backend.plugin.values.value import Object


def check_settings(config: Object, diagnostics: Diagnostics) -> None:
    """Add an error or a warning for each setting with which the rules of a connection find fault.

    :param config: the configuration of a connection; values that Terraform does not know yet pass
    """
    from constructs_lib.schemas.rules import HCL, connection_rules

    check_rules(connection_rules(HCL, is_unknown), config, diagnostics)
