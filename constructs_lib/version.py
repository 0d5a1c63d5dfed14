"""The version of the package and of the providers it delivers, in one place."""

import sys

__version__ = "0.2.0"


def user_agent(terraform: str = "") -> str:
    """Return the header ``User-Agent`` (RFC 9110, 10.1.5), which tells the owner of an API who
    asks: product and version, and those of Terraform and Python.

    :param terraform: its version, as it reports it; empty in a command that no Terraform runs
    """
    import re

    # The text comes from another process; only what a version may hold is passed on.
    printable = re.sub(r"[^0-9A-Za-z.+-]", "", terraform)[:40]
    python = ".".join(map(str, sys.version_info[:3]))
    parts = ["connections-as-code/" + __version__]
    parts += [f"Terraform/{printable}"] if printable else []
    return " ".join([*parts, f"Python/{python}"])
