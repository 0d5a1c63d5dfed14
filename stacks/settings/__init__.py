"""The settings of the environments, from YAML files to typed values."""

from stacks.settings.loader import (
    environment_names,
    load_environment,
    load_environments,
    warnings_of,
)
from stacks.settings.model import (
    Backend,
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    ManagedState,
    Variable,
)

__all__ = [
    "Backend",
    "ConnectionActionSettings",
    "ConnectionSettings",
    "ConnectorStatusSettings",
    "Environment",
    "ManagedState",
    "Variable",
    "environment_names",
    "load_environment",
    "load_environments",
    "warnings_of",
]
