"""The optional parts of the package: which CDK is used, and what to do if it is not installed.

The base of the package is what Terraform launches. The constructs need one of the extras ``cdktf``
and ``cdktn`` of the package: a CDK, and what checks the parameters before synth.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Container, Mapping

TOOLKITS = ("cdktf", "cdktn")
"""The CDKs, each with an extra of its name."""

_SHARED = ("constructs", "jsii", "jsonschema")


class ExtraMissing(SystemExit):
    """Ends the program with one message: what is not installed, and the command that installs it.

    It is a ``SystemExit``, so that a person sees the message and never a traceback.
    """


def toolkit(
    environ: Mapping[str, str],
    imported: Container[str],
    is_installed: Callable[[str], bool] | None = None,
) -> str:
    """The name of the CDK to use.

    :param environ: where ``CONNECTIONS_TOOLKIT`` may name it
    :param imported: the names of the modules that the program has imported
    :param is_installed: tells whether a module can be imported; Python's own answer by default
    :raises ExtraMissing: if that CDK is not installed, or what the checks before synth need
    """
    found = is_installed or _is_installed
    name = _chosen(environ, imported, found)
    missing = [module for module in (name, *_SHARED) if not found(module)]
    if missing:
        raise ExtraMissing(_message(name, missing, others=[n for n in TOOLKITS if n != name]))
    return name


def _chosen(
    environ: Mapping[str, str], imported: Container[str], found: Callable[[str], bool]
) -> str:
    named = environ.get("CONNECTIONS_TOOLKIT")
    if named:
        if named not in TOOLKITS:
            raise ExtraMissing(
                f"constructs_lib: CONNECTIONS_TOOLKIT is {named!r}. "
                f"Set it to {' or '.join(TOOLKITS)}, or leave it out."
            )
        return named
    for name in TOOLKITS:
        if name in imported:
            return name
    return next((name for name in TOOLKITS if found(name)), TOOLKITS[0])


def _message(name: str, missing: list[str], others: list[str]) -> str:
    alternatives = " or ".join(f"connections-as-code[{other}]" for other in others)
    return (
        f"constructs_lib: the constructs need {' and '.join(missing)}, which this Python "
        f"({sys.executable}) does not have.\n"
        f"Install the package with its extra: pip install 'connections-as-code[{name}]' "
        f"(or {alternatives}). The providers and the sandbox work without it."
    )


def _is_installed(module: str) -> bool:
    # A folder of that name that is no package is a specification without an origin.
    specification = importlib.util.find_spec(module)
    return specification is not None and specification.origin is not None
