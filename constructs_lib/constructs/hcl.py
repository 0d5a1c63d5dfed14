"""Values as HCL, for ``cdktf synth --hcl``.

The CDK guesses what a text means: ``"5"`` becomes a number, ``'{"a": 1}'`` an object, and a
backslash or a line break makes a file that Terraform cannot read. So each value is written here as
an expression that says what ``cdk.tf.json`` would say. The file of a synth is made of them by
``hcl_document``; the CDK's ``Testing`` gets those of our constructs, and copies them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from constructs_lib import toolkit
from constructs_lib.constructs.expressions import parts

_ENVIRONMENT: Final = "SYNTH_HCL_OUTPUT"
"""The environment variable by which the command line of the CDK asks for HCL."""
_RAW: Final = {"isBlock": False, "type": "reference", "storageClassType": "any"}
"""The form of an attribute whose value the CDK copies."""
_SPECIAL: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_MARKS: Final = re.compile(r"[$%]+(?=\{)")
"""What makes a template of a text."""
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def is_hcl() -> bool:
    """True if the command line of the CDK asks for HCL instead of JSON."""
    return os.environ.get(_ENVIRONMENT) in ("true", "1")


def hcl_attributes(attributes: Mapping[str, Any], scope: toolkit.IConstruct) -> dict[str, Any]:
    """Return attributes in the form that the CDK writes as HCL.

    :param attributes: as they are written as JSON; tokens may stand anywhere
    :param scope: the stack, or a construct in it
    """
    known = toolkit.resolved(dict(attributes), scope)
    return {name: hcl_attribute(each) for name, each in known.items()}


def hcl_attribute(value: Any) -> dict[str, Any]:
    """Return the value of an attribute, without tokens, in the form that the CDK copies."""
    return {"value": _copied(expression(value)), **_RAW}


def hcl_value(value: Any, scope: toolkit.IConstruct) -> str:
    """Return a value as a text that the CDK writes as an expression, wherever it stands."""
    return f"${{{expression(toolkit.resolved(value, scope))}}}"


def expression(value: Any) -> str:
    """Return a value in the language of Terraform, on one line.

    :param value: as in ``cdk.tf.json``: a text is a template, and so is a key; no tokens
    """
    return _written(value, quoted)


def literal(value: Any) -> str:
    """Return a value whose texts are no templates, such as the default of a variable.

    :param value: as in ``cdk.tf.json``
    """
    return _written(value, _quoted_literal)


def _written(value: Any, text: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        inside = (f"{text(key)} = {_written(inner, text)}" for key, inner in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(inner, text) for inner in value) + "]"
    return repr(value)


def quoted(text: str) -> str:
    """Return a template in quotes; what is an expression in it stays as it is."""
    written = (
        _SPECIAL.sub(_escape, each.text) if each.is_clear else each.text for each in parts(text)
    )
    return f'"{"".join(written)}"'


def _quoted_literal(text: str) -> str:
    escaped = _SPECIAL.sub(_escape, text)
    return f'"{_MARKS.sub(_as_codes, escaped)}"'


def _as_codes(found: re.Match[str]) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in found.group())


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found.group(), f"\\u{ord(found.group()):04x}")


def _copied(written: str) -> str:
    # What looks like a template the CDK puts into quotes; as one expression it is the same there.
    if "${" not in written:
        return written
    return written[1:-1] if written.startswith('"') else f"${{{written}}}"
