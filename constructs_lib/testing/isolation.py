"""What keeps a stack under test away from real accounts: the document that Terraform gets.

A stack may hold what the kit can see and point elsewhere: resources and data sources of this
package, and of the providers that a test allows. It refuses the rest before Terraform starts,
because Terraform would load a provider from a registry, read a shared state, or run a command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

from constructs_lib.testing.served_sandbox import ServedSandbox
from constructs_lib.testing.snapshot import is_own_provider
from constructs_lib.testing.terraform import DeployFailed

Document: TypeAlias = dict[str, Any]
"""The content of ``cdk.tf.json``."""
_Block: TypeAlias = tuple[tuple[str, ...], Mapping[str, Any]]
"""The labels of a block, and what is in it."""

_OF_AN_ACCOUNT: Final = {
    "fivetranops": ("api_key", "api_secret"),
    "elasticops": ("api_key", "username", "password", "bearer_token", "ca_file"),
}
"""The arguments of the providers that belong to the account of somebody."""
_CONSTRUCTS: Final = {"fivetranops": "FivetranProvider", "elasticops": "ElasticProvider"}
_LOCAL_STATE: Final = {"local": {"path": "terraform.tfstate"}}
_SHARED_STATES: Final = ("backend", "cloud", "state_store")
_OF_A_PROVIDER: Final = ("resource", "data", "ephemeral", "action")
"""The kinds of blocks whose first label is the type of a provider."""
_HARMLESS_TYPES: Final = ("terraform_data",)
"""The types of the provider in Terraform itself that reach nothing."""


def own_providers(document: Document, allowed: Collection[str]) -> dict[str, str]:
    """Return our providers, such as ``fivetranops``, by their local names in a stack.

    :param allowed: the local names of the other providers that may run
    :raises DeployFailed: if the stack could work on what is real, with all that could
    """
    __tracebackhide__ = True
    required = _required(document)
    own = {name: _type(source) for name, source in required.items() if _is_own(source)}
    refused = [*_modules(document), *_provisioners(document)]
    refused += _others(document, own, frozenset(allowed))
    if refused:
        raise DeployFailed("\n".join(refused))
    return own


def isolate(
    document: Document, own: Mapping[str, str], sandboxes: Mapping[str, ServedSandbox]
) -> None:
    """Point our providers at sandboxes, and keep the state in the working directory.

    :param document: is changed
    :param own: our providers by their local names, see :func:`own_providers`
    :param sandboxes: the sandboxes by provider
    """
    blocks: dict[str, list[Mapping[str, Any]]] = {}
    for (name,), block in _blocks(document.get("provider"), 1):
        blocks.setdefault(name, []).append(block)
    for name, provider in own.items():
        # A provider that is only declared has no block.
        found = blocks.get(name, [{}])
        blocks[name] = [_pointed(block, provider, sandboxes[provider]) for block in found]
    if blocks:
        document["provider"] = blocks
    settings: dict[str, Any] = {}
    for _, each in _blocks(document.get("terraform"), 0):
        settings |= {name: value for name, value in each.items() if name not in _SHARED_STATES}
    document["terraform"] = settings | {"backend": _LOCAL_STATE}


def _pointed(block: Mapping[str, Any], provider: str, sandbox: ServedSandbox) -> dict[str, Any]:
    kept = {name: each for name, each in block.items() if name not in _OF_AN_ACCOUNT[provider]}
    return kept | sandbox.provider_arguments()


def _modules(document: Document) -> Iterator[str]:
    for (name,), block in _blocks(document.get("module"), 1):
        yield (
            f"module.{name}: the stack has a module ({block.get('source')}), whose providers the "
            "kit cannot point at a sandbox. Leave it out of the stack in this test"
        )


def _provisioners(document: Document) -> Iterator[str]:
    resources = _blocks(document.get("resource"), 2)
    removed = [((str(each.get("from")),), each) for _, each in _blocks(document.get("removed"), 0)]
    for labels, block in [*resources, *removed]:
        for (kind,), _ in _blocks(block.get("provisioner"), 1):
            yield (
                f"{'.'.join(labels)}: the stack has the provisioner {kind}, which would run a "
                "command. Leave it out of the stack in this test"
            )


def _others(document: Document, own: Mapping[str, str], allowed: frozenset[str]) -> Iterator[str]:
    """Yield what to say of the providers that are neither ours nor allowed."""
    places: dict[str, str] = {}
    for name, place in _used(document):
        if name not in own and name not in allowed:
            places.setdefault(name, place)
    for name in sorted(set(places) & set(_CONSTRUCTS) - set(_required(document))):
        place = places.pop(name)
        yield f"{place}: the stack has no provider {name}; make a {_CONSTRUCTS[name]} in it"
    if places:
        names = sorted(places)
        shown = [f"{name} ({places[name]})" if places[name] else name for name in names]
        yield (
            f"the stack has providers that would act on real systems: {', '.join(shown)}. Test it "
            f"without them, or allow them: other_providers={names}"
        )


def _used(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the local name of each provider that Terraform would load, and what needs it."""
    yield from ((name, "") for name in _required(document))
    for (name,), _ in _blocks(document.get("provider"), 1):
        yield name, f"provider.{name}"
    yield from _used_by_blocks(document, "")
    for (name,), block in _blocks(document.get("check"), 1):
        yield from _used_by_blocks(block, f"check.{name}.")
    for _, block in _blocks(document.get("import"), 0):
        address = _reference(block.get("to"))
        yield _provider_of(address.partition(".")[0], block), f"import {address}"


def _used_by_blocks(holder: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for kind in _OF_A_PROVIDER:
        for labels, block in _blocks(holder.get(kind), 2):
            if labels[0] not in _HARMLESS_TYPES:
                place = ".".join(labels if kind == "resource" else (kind, *labels))
                yield _provider_of(labels[0], block), prefix + place


def _provider_of(type_: str, block: Mapping[str, Any]) -> str:
    """Return the local name of the provider that has a block; ``aws`` for ``aws_s3_bucket``."""
    named = _reference(block.get("provider"))
    return named.partition(".")[0] if named else type_.partition("_")[0]


def _reference(value: Any) -> str:
    return str(value or "").removeprefix("${").removesuffix("}").strip()


def _required(document: Document) -> dict[str, str]:
    """Return the addresses of the declared providers, by local name."""
    found: dict[str, str] = {}
    for _, settings in _blocks(document.get("terraform"), 0):
        for _, declared in _blocks(settings.get("required_providers"), 0):
            for name, each in declared.items():
                source = each.get("source") if isinstance(each, Mapping) else None
                # Terraform takes a provider without an address from its registry.
                found[name] = str(source or f"hashicorp/{name}")
    return found


def _is_own(source: str) -> bool:
    # Terraform takes no notice of upper case in addresses.
    return is_own_provider(source.lower()) and _type(source) in _OF_AN_ACCOUNT


def _type(source: str) -> str:
    return source.lower().rpartition("/")[2]


def _blocks(value: Any, depth: int) -> Iterator[_Block]:
    """Yield the blocks of a kind.

    In JSON, a list of blocks may be in place of a block at each level (Terraform documentation,
    "JSON Configuration Syntax").

    :param value: what the document has for the kind; None for nothing
    :param depth: how many labels a block of the kind has
    """
    if isinstance(value, list):
        for each in value:
            yield from _blocks(each, depth)
    elif isinstance(value, Mapping):
        if depth == 0:
            yield (), value
            return
        for label, inner in value.items():
            for labels, block in _blocks(inner, depth - 1):
                yield (label, *labels), block
