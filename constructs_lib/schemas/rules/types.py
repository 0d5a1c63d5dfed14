"""What a rule is, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

from constructs_lib.schemas.shown import Path

Severity: TypeAlias = Literal["error", "warning"]
"""``error`` stops the synth, or the plan; ``warning`` is told, and all goes on."""

Inputs: TypeAlias = dict[str, Any]
"""The parameters that a rule reads, in plain form; None stands for one that was left out."""

IsUnknown: TypeAlias = Callable[[Any], bool]
"""Says of a value whether it is known only later; such a value satisfies any rule."""


class Problem(NamedTuple):
    """What a rule has to say about one value."""

    path: Path
    """Where it is, from the top of the parameters."""
    found: str
    allowed: str
    hint: str = ""
    severity: Severity = "error"


class Rule(NamedTuple):
    """One rule across attributes."""

    id: str
    """Identifier, such as ``daily-sync-time``."""
    inputs: tuple[str, ...]
    """The parameters that it reads; it sees no others."""
    check: Callable[[Inputs], Iterator[Problem]]
    about: str = ""
    """The parameter without which the rule has nothing to say, so that it need not be applied;
    empty if there is none."""


class Names(NamedTuple):
    """How the attributes that hold secrets are called where the person writes them."""

    secrets: str
    auth_secrets: str


PYTHON = Names("secrets", "auth_secrets")
"""The names of the constructs and of the settings files."""
HCL = Names("config_wo", "auth_wo")
"""The names of Terraform."""


class Scope(NamedTuple):
    """One attribute with settings of the source."""

    root: str
    """What the API calls it: ``config`` or ``auth``."""
    attribute: str
    """What the person calls it, such as ``config`` or ``secrets``."""
    counterpart: str
    """The attribute for the secrets beside it; itself, if it is that one."""

    @property
    def is_secret(self) -> bool:
        """True if all values in it are secret."""
        return self.attribute == self.counterpart


def scopes(names: Names) -> tuple[Scope, ...]:
    """The four attributes with settings of the source."""
    return (
        Scope("config", "config", names.secrets),
        Scope("config", names.secrets, names.secrets),
        Scope("auth", "auth", names.auth_secrets),
        Scope("auth", names.auth_secrets, names.auth_secrets),
    )
