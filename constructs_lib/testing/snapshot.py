"""Text to compare with: what a stack says and what a deploy did, without what differs each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from constructs_lib import launchers

if TYPE_CHECKING:
    from constructs_lib.testing.served_sandbox import Request

_COMMENT: Final = "//"
"""The key under which the CDK writes the paths of constructs, and its own version."""
_IDENTIFIER: Final = "{id}"
_OF_A_MACHINE: Final = ("backend", "cloud")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def is_own_provider(source: str) -> bool:
    """Return True if the address of a provider, such as ``hashicorp/aws``, is ours."""
    return source == launchers.source(source.rpartition("/")[2])


def document_without_noise(document: Mapping[str, Any]) -> str:
    """Return the document of a stack as indented JSON with sorted keys.

    Comments are left out, and where the state is kept, and the versions of our providers.

    :param document: the content of ``cdk.tf.json``
    """
    found = _without_comments(document)
    settings = found.get("terraform", {})
    for name in _OF_A_MACHINE:
        settings.pop(name, None)
    for provider in settings.get("required_providers", {}).values():
        if isinstance(provider, dict) and is_own_provider(provider.get("source", "")):
            provider.pop("version", None)
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def transcript(requests: Iterable[Request], names: Mapping[str, str]) -> list[str]:
    """Return the lines of requests with names in place of identifiers, in an order that is stable.

    Terraform works on several resources at once. So the lines are grouped by the object that their
    paths name, and only within a group they have the order of the requests. What names none, as a
    creation, comes first.

    :param requests: in the order in which they took effect
    :param names: the name for each identifier
    """
    lines = [(_group(request, names), named(repr(request), names)) for request in requests]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


def named(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names in place of identifiers: ``{orders}`` for ``pale_hydrogen``."""
    for identifier, name in names.items():
        text = re.sub(rf"(?<!\w){re.escape(identifier)}(?!\w)", f"{{{name}}}", text)
    return text


def _group(request: Request, names: Mapping[str, str]) -> tuple[bool, str]:
    template = request.endpoint.split("/")
    if _IDENTIFIER not in template:
        return False, named(repr(request), names)
    subject = request.path.split("/")[: template.index(_IDENTIFIER) + 1]
    return True, named("/".join(subject), names)


def deploy_without_noise(
    changes: Mapping[str, str], requests: Iterable[str], outputs: Mapping[str, Any]
) -> str:
    """Return what a deploy did, as text.

    :param changes: what the plan did to which address
    :param requests: the lines of the requests, by their names
    :param outputs: the outputs; what is in JSON form is shown so
    """
    parts = {
        "plan": [f"{action} {address}" for address, action in sorted(changes.items())],
        "requests": list(requests),
        "outputs": [f"{name} = {_shown(value)}" for name, value in sorted(outputs.items())],
    }
    lines = (f"{name}:\n" + "".join(f"  {line}\n" for line in parts[name]) for name in parts)
    return without_moments("".join(lines))


def without_moments(text: str) -> str:
    """Return a text with ``(time)`` in place of each moment in the form of RFC 3339."""
    return _MOMENT.sub("(time)", text)


def _shown(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _without_comments(value: Any) -> Any:
    if isinstance(value, Mapping):
        pairs = ((key, _without_comments(each)) for key, each in value.items() if key != _COMMENT)
        return dict(pairs)
    if isinstance(value, list):
        return [_without_comments(each) for each in value]
    return value
