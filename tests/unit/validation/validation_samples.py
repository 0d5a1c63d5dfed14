"""Values for the tests of the validation."""

from typing import Any

from constructs_lib.validation import ConstructPlace

PLACE = ConstructPlace("sandbox/orders")


class LaterKnown:
    """Stands for a token of the CDK."""


TOKEN = LaterKnown()


def is_token(value: Any) -> bool:
    return isinstance(value, LaterKnown) or (isinstance(value, str) and "${Token[" in value)


def valid(**changes: Any) -> dict[str, Any]:
    """The parameters of a connection without a mistake, with some changes."""
    return {
        "group_id": "some_group",
        "service": "postgres",
        "config": {"schema_prefix": "orders", "host": "db.example.com"},
        **changes,
    }
