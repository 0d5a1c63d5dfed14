"""Values of Python in the form in which they reach ``cdk.tf.json`` without loss.

On the way through the CDK nulls inside lists and dicts vanish, and numbers pass through
JavaScript's doubles. Both are written as Terraform expressions instead, which Terraform reads
exactly: ``"${null}"`` and ``"${1763700000000000001}"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib.toolkit import is_token

_NULL = "${null}"
_EXACT_IN_JAVASCRIPT = 2**53
_MARKS_OF_CDK = frozenset({"String Map Token Value", "Any Map Token Value"})
_NUMBER_OF_CDK = -123456789
"""The values by which the CDK knows its own maps; elsewhere it ends with an error at them."""


def rendered(value: Any) -> Any:
    """A value of an attribute, ready to be handed to the CDK.

    Text is passed as it is: as everywhere in the CDK, ``${...}`` in it is an expression of
    Terraform, and ``$${`` stands for a literal ``${``.

    :param value: JSON-like; tokens of the CDK may stand anywhere
    """
    if value is None:
        return _NULL
    if isinstance(value, str):
        return f'${{"{value}"}}' if value in _MARKS_OF_CDK else value
    if isinstance(value, bool) or is_token(value):
        return value
    if isinstance(value, int) and (abs(value) > _EXACT_IN_JAVASCRIPT or value == _NUMBER_OF_CDK):
        return f"${{{value}}}"
    if isinstance(value, Mapping):
        return {key: rendered(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rendered(inner) for inner in value]
    return value
