"""The rule for the identifier of a connection or connector.

An identifier becomes a step of a request's path. ``.`` and ``..`` would ask another endpoint, which
may well answer: an import of ``.`` reads the list of connections. So each place that takes an
identifier asks here, and the rule itself stands in the JSON Schema of the attribute (``minLength``
and ``pattern``).

Fivetran chooses the identifiers of connections, and none holds a blank or a character that means
something in an address. In Elasticsearch whoever creates a connector chooses, and may write
``sales wiki`` or ``eu/wiki``; refused is only what leads elsewhere, encoded or not, and what nobody
can see.
"""

from __future__ import annotations

import re
from typing import TypeGuard

from constructs_lib.schemas.model import load

_ATTRIBUTES = ("connection_id", "connector_id", "id")


def is_identifier(value: object, name: str) -> TypeGuard[str]:
    """Return True if a value can be the identifier that a resource is about.

    :param value: such as ``pale_hydrogen``; what is no text is no identifier
    :param name: the schema of the resource or data source, such as ``fivetranops_connection_sync``
    """
    attributes = load(name).attributes
    rule = next(attributes[each].rule for each in _ATTRIBUTES if each in attributes)
    if not isinstance(value, str) or len(value) < rule["minLength"]:
        return False
    return re.search(rule["pattern"], value) is not None
