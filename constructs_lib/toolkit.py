"""The CDK for Terraform. No other module imports it.

``cdktf`` (0.21, the last release by HashiCorp) is the default. Its successor CDK Terrain,
``cdktn``, has the same classes under another import name. Both may be installed, but a construct of
one cannot be in a stack of the other. The environment variable ``CONNECTIONS_TOOLKIT`` chooses;
without it the one counts that the program has imported already, then ``cdktf`` if it is installed.
"""

from __future__ import annotations

import os
import re
import struct
import sys
from typing import TYPE_CHECKING, Any

from constructs_lib import extras

NAME = extras.toolkit(os.environ, sys.modules)
"""The CDK in use: ``cdktf`` or ``cdktn``."""

_cdk = extras.started(NAME, os.environ)

from constructs import Construct, IConstruct, IValidation  # noqa: E402 (it may be missing)
from jsii import implements  # noqa: E402

if TYPE_CHECKING:
    from cdktf import (
        App,
        Aspects,
        DefaultTokenResolver,
        Fn,
        IAspect,
        IResolvable,
        IResolveContext,
        IStackSynthesizer,
        ISynthesisSession,
        ITerraformDependable,
        ITerraformIterator,
        LocalBackend,
        StringConcat,
        TerraformBackend,
        TerraformCount,
        TerraformDataSource,
        TerraformElement,
        TerraformIterator,
        TerraformModule,
        TerraformOutput,
        TerraformProvider,
        TerraformProviderGeneratorMetadata,
        TerraformRemoteState,
        TerraformResource,
        TerraformResourceLifecycle,
        TerraformStack,
        TerraformVariable,
        Token,
        Tokenization,
    )

__all__ = [
    "NAME",
    "App",
    "Aspects",
    "Construct",
    "DefaultTokenResolver",
    "Fn",
    "IAspect",
    "IConstruct",
    "IResolvable",
    "IResolveContext",
    "IStackSynthesizer",
    "ISynthesisSession",
    "ITerraformDependable",
    "ITerraformIterator",
    "IValidation",
    "LocalBackend",
    "StringConcat",
    "TerraformBackend",
    "TerraformCount",
    "TerraformDataSource",
    "TerraformElement",
    "TerraformIterator",
    "TerraformModule",
    "TerraformOutput",
    "TerraformProvider",
    "TerraformProviderGeneratorMetadata",
    "TerraformRemoteState",
    "TerraformResource",
    "TerraformResourceLifecycle",
    "TerraformStack",
    "TerraformVariable",
    "Token",
    "Tokenization",
    "address",
    "implements",
    "is_token",
    "resolved",
]

_OWN = {
    "NAME",
    "Construct",
    "IConstruct",
    "IValidation",
    "address",
    "implements",
    "is_token",
    "resolved",
}
_EXPRESSION = re.compile(r"(?<!\$)\$\{|(?<!%)%\{|[#&]\{TfToken\[")
_NUMBER_MARKS = (b"\xfd\xff", b"\xfb\xff")
_MAP_MARKS = ("String Map Token Value", "Any Map Token Value", -123456789, True)


if not TYPE_CHECKING:
    globals().update({name: getattr(_cdk, name) for name in __all__ if name not in _OWN})


def resolved(value: Any, scope: IConstruct) -> Any:
    """Return a value with the expressions of Terraform in place of the CDK's tokens.

    :param value: JSON-like; may contain tokens
    :param scope: the stack that the value belongs to
    """
    resolver = DefaultTokenResolver(StringConcat())
    return Tokenization.resolve(value, preparing=False, resolver=resolver, scope=scope)


def address(fqn: str, scope: IConstruct) -> str:
    """Return the address behind the token of an element, such as ``fivetranops_connection.a``.

    :param fqn: the ``fqn`` of an element of the CDK
    :param scope: what needs the address
    """
    return str(resolved(fqn, scope)).removeprefix("${").removesuffix("}")


def is_token(value: object) -> bool:
    """Return whether only Terraform knows a value: a CDK token, or a text with an expression.

    Tokens of the CDK have the type of their value: strings with a marker,
    numbers with a certain bit pattern, lists of one marker, dicts with one marker as the key.
    Looks at the value itself, not at what is inside of a list or dict.

    :param value: any value that was given to a construct
    """
    if isinstance(value, str):
        return _EXPRESSION.search(value) is not None
    if isinstance(value, float):
        return struct.pack(">d", value)[:2] in _NUMBER_MARKS
    if isinstance(value, (list, tuple)):
        return len(value) == 1 and _marks_list(value[0])
    if isinstance(value, dict):
        return len(value) == 1 and _marks_map(*next(iter(value.items())))
    return _is_resolvable(value)


def _marks_list(only: Any) -> bool:
    if isinstance(only, str):
        return only.startswith("#{TfToken[")
    return isinstance(only, float) and struct.pack(">d", only)[:2] == _NUMBER_MARKS[1]


def _marks_map(key: Any, value: Any) -> bool:
    return isinstance(key, str) and "{TfToken[" in key and value in _MAP_MARKS


def _is_resolvable(value: object) -> bool:
    # Values of the CDK arrive as proxies, which answer isinstance only by a call into Node. Those
    # that were made in Python say which interfaces of jsii they have; pathlib's do not, although
    # they have a method of that name, too.
    kind = type(value)
    return kind.__module__.startswith("jsii.") or (
        callable(getattr(kind, "resolve", None)) and bool(getattr(kind, "__jsii_ifaces__", ()))
    )
