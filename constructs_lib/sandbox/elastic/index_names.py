"""Which index a connector may be attached to.

Sources: Elasticsearch's API, "Create an index", for what is a name; since 9.0 the index of a
connector that Elastic manages begins with ``content-``.
"""

from __future__ import annotations

from constructs_lib.sandbox.elastic import errors
from constructs_lib.sandbox.elastic.call import ElasticCall

_FORBIDDEN = '\\/*?"<>| ,'
_LONGEST = 255
_PREFIX = "content-"


def complaint(name: str | None) -> str | None:
    """Return what is wrong with a name; None if nothing is."""
    rule = None if name is None else _broken_rule(name)
    return None if rule is None else f"Invalid index name [{name}], {rule}."


def check_free(call: ElasticCall, name: str | None, connector_id: str | None) -> None:
    """Let a name pass that no other connector has.

    :param connector_id: whose index it is to be; None for a connector without identifier
    :raises ElasticError: 400
    """
    if name is None:
        return
    others = (found for found in call.tables.connectors() if found.id != connector_id)
    if any(found.index_name == name for found in others):
        raise errors.refused(f"Index name [{name}] is used by another connector.")


def lacks_prefix(call: ElasticCall, name: str | None) -> bool:
    """Return whether this server would not have a managed connector attached to an index."""
    is_checked = name is not None and call.settings.at_least(9, 0)
    return is_checked and not str(name).startswith(_PREFIX)


def prefix_complaint(name: str | None) -> str:
    """Return what is wrong with the index of a new connector that Elastic is to manage."""
    return (
        f"Index [{name}] is invalid. Index attached to an Elastic-managed connector "
        f"must start with the prefix: [{_PREFIX}]"
    )


def check_managed_name(call: ElasticCall, name: str | None) -> None:
    """Let pass an index that a managed connector is to be attached to.

    :raises ElasticError: 400
    """
    if lacks_prefix(call, name):
        raise errors.refused(
            f"Index attached to an Elastic-managed connector must start with the prefix: "
            f"[{_PREFIX}]. The index name in the payload [{name}] doesn't comply with this "
            "requirement."
        )


def check_manageable(call: ElasticCall, name: str | None, connector_id: str) -> None:
    """Let pass a connector that Elastic is to manage from now on.

    :param name: the index it is attached to
    :raises ElasticError: 400
    """
    if lacks_prefix(call, name):
        raise errors.refused(
            f"The index name [{name}] attached to the connector [{connector_id}] must start with "
            f"the required prefix: [{_PREFIX}] to be Elastic-managed. Please update the attached "
            "index first to comply with this requirement."
        )


def _broken_rule(name: str) -> str | None:
    rules = {
        "must not be empty": not name,
        f"must not contain any of the characters {' '.join(_FORBIDDEN)}": set(name)
        & set(_FORBIDDEN),
        "must not contain '#'": "#" in name,
        "must not contain ':'": ":" in name,
        "must not start with '_', '-', or '+'": name.startswith(("_", "-", "+")),
        "must not be '.' or '..'": name in (".", ".."),
        f"index name is too long, of more than {_LONGEST} bytes": len(
            name.encode("utf-8", "surrogatepass")
        )
        > _LONGEST,
    }
    return next((rule for rule, is_broken in rules.items() if is_broken), None)
