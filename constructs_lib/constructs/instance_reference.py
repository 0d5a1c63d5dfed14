"""References to one attribute of one instance, such as ``fivetranops_connection.regions["eu"].id``.

The CDK makes references to resources only. What a text picks out of one is no reference of its own:
in another stack the CDK would export the whole resource, all instances with all their attributes,
and those change with each sync. So an element of the CDK, which writes nothing, stands for the one
attribute, and the CDK exports that alone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from constructs_lib import toolkit

if TYPE_CHECKING:
    from constructs_lib.constructs.resource import ResourceConstruct

_PLAIN_KEY = re.compile(r"[ !#-\[\]-~]*")
"""The keys without quotes, backslashes and characters that ASCII does not have."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


class _Attribute(toolkit.TerraformElement):
    """One attribute of one instance."""

    def __init__(self, resource: ResourceConstruct, path: str) -> None:
        super().__init__(resource, f"Attribute{len(resource.references)}", resource.TYPE)
        self.override_logical_id(path)


def reference(resource: ResourceConstruct, key: str | int, name: str) -> str:
    """Return the reference to an attribute of an instance, as a token.

    :param resource: the construct with ``count`` or ``for_each``
    :param key: the index or the key of the instance
    :param name: the name of the attribute
    """
    made = resource.make_resource()
    if isinstance(key, str) and (toolkit.is_token(key) or not _PLAIN_KEY.fullmatch(key)):
        # Such a key cannot be a part of a name: what is exported is the resource.
        return f"${{{made.fqn}[{json.dumps(key)}].{name}}}"
    address = str(made.friendly_unique_id)
    paths = (f"{address}[{form}].{name}" for form in _forms(key))
    path = next((each for each in paths if is_exported_alone(resource, each)), "")
    if path not in resource.references:
        resource.references[path] = str(_Attribute(resource, path).fqn)
    return resource.references[path]


def is_exported_alone(resource: ResourceConstruct, path: str) -> bool:
    """Return True if no other reference of the stack is exported by the same name.

    The CDK names what it exports by letters and digits alone: ``sdk[1].id`` as ``sdk1.id``, and the
    one would silently stand for the other.

    :param resource: the construct that the reference is about
    :param path: its name in Terraform, the instance if there are several, and the attribute
    """
    exported = _NOT_IN_NAMES.sub("", f"{resource.TYPE}.{path}")
    return resource.synthesis.exports.setdefault(exported, path) == path


def _forms(key: str | int) -> list[str]:
    """Return the ways in which Terraform can write a key, the usual one first."""
    if isinstance(key, int):
        return [str(key), f"{key}e0", f"{key}e00", f"{key}e000"]
    escaped = [f"\\u{ord(char):04x}" for char in key]
    return [f'"{"".join(escaped[:count])}{key[count:]}"' for count in range(len(key) + 1)]
