"""Rules about data sources, of which often only Terraform knows the values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib.validation.findings import Finding, Place
from constructs_lib.validation.pointers import pointer

_FORMS = (["connection_id"], ["group_id", "schema"])
_NAMING = ("connection_id", "group_id", "schema")


def connection_form(values: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    """The rule ``connection-form``: a connection is named in exactly one of two ways.

    :param values: the parameters by name; None means left out
    """
    given = [name for name in _NAMING if values.get(name) is not None]
    if given in _FORMS:
        return
    yield Finding(
        "connection-form",
        "error",
        place,
        pointer((given[-1],)) if given else "",
        " and ".join(given) or "nothing",
        "connection_id alone, or group_id together with schema",
    )
