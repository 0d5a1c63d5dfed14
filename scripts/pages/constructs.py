"""The page of a construct: what a stack's author writes, in the words of its docstrings."""

from __future__ import annotations

import os

from pages.catalogue import ROOT, subject
from pages.references import front_matter
from pages.regions import quoted
from pages.signatures import Construct, Method, Parameter

_MADE = "<!-- Made by scripts/reference_pages.py from the docstrings: change those. -->\n"
_IN_A_TRIGGER = """
## In a trigger

[`ActionTrigger`](lifecycle.md#actiontrigger) names the construct itself or, with `count` or
`for_each`, one instance of it: `.at(key)`. `.address` is what Terraform calls it, for
`terraform apply -invoke`. An action has no attributes that could be read, and nothing can depend on
one. A stack with an action requires Terraform 1.14 (`required_version`).
"""


def page(construct: Construct) -> str:
    """Return the whole page; nothing of it is written by hand.

    :raises PageError: if the construct has no example
    """
    about = subject(construct.schema)
    behaviour = os.path.relpath(about.page, construct.page.parent)
    title = f"{construct.name} - Python construct"
    example = quoted(str(about.python.relative_to(ROOT)), construct.page)
    return (
        f"{front_matter(title, construct.meaning)}\n{_MADE}\n# {construct.name}\n\n"
        f"{construct.meaning}\n\n"
        f"How it behaves, and what an apply does: [{about.type} ({about.kind})]({behaviour}).\n\n"
        f"## Example Usage\n\n{example}\n"
        f"## Parameters\n\n{_parameters(construct.parameters)}"
        f"{''.join(map(_method, construct.methods))}{_readable(construct)}"
        f"{_IN_A_TRIGGER if about.kind == 'Action' else ''}"
    )


def _parameters(parameters: list[Parameter]) -> str:
    return "".join(map(_parameter, parameters))


def _parameter(parameter: Parameter) -> str:
    required = ", required" if parameter.is_required else ""
    line = f"- `{parameter.name}` (`{parameter.type}`{required}) {parameter.meaning}"
    return line.replace("see `Lifecycle`", "see [`Lifecycle`](lifecycle.md)") + "\n"


def _method(method: Method) -> str:
    return f"\n## `{method.name}()`\n\n{method.meaning}\n\n{_parameters(method.parameters)}"


def _readable(construct: Construct) -> str:
    if not construct.readable:
        return ""
    names = ", ".join(f"`{name}`" for name in construct.readable)
    return f"\n## What other constructs can use\n\n{names}\n"
