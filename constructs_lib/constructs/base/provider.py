"""The base of the constructs for a Terraform provider, and the address of its API.

An address is ``https``, a loopback address, or ``sandbox`` with an optional file.
"""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from constructs_lib import launchers, schemas, toolkit
from constructs_lib.constructs.base.arguments import are_parameters_checked, fixed_parameter
from constructs_lib.constructs.base.construct import StackConstruct
from constructs_lib.constructs.base.expressions import (
    has_literal_text,
    hcl_attributes,
    to_json_value,
)
from constructs_lib.constructs.rules.stack import ProviderFacts, ProviderKind
from constructs_lib.constructs.rules.values import check_values
from constructs_lib.toolkit import is_token
from constructs_lib.validation import ConstructPlace, Finding, check_parameters, errors
from constructs_lib.version import __version__

_SANDBOX = "sandbox:"


def absolute_address(address: Any) -> Any:
    """Make the file of ``sandbox:FILE`` absolute: Terraform runs in another directory.

    :param address: what was given; anything but ``sandbox:FILE`` is returned as it is
    """
    if not isinstance(address, str) or not address.startswith(_SANDBOX):
        return address
    file = address.removeprefix(_SANDBOX)
    return _SANDBOX + str(Path(file).absolute()) if file else address


def is_local_address(address: Any) -> bool:
    """Return True if what is sent there stays in this process, or on this machine."""
    if not isinstance(address, str) or is_token(address):
        return False
    if address == "sandbox" or address.startswith(_SANDBOX):
        return True
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(
    address: Any, place: ConstructPlace, pointer: str, kind: ProviderKind
) -> list[Finding]:
    """Report a login within an address: it would be in ``cdktf.out``, and the provider refuses it.

    :param pointer: JSON pointer to the parameter
    """
    try:
        has_login = isinstance(address, str) and "@" in urlsplit(address).netloc
    except ValueError:
        return []
    if not has_login:
        return []
    found, allowed = "an address with a user name or password", "the address alone"
    hint = kind.from_environment
    return [Finding("login-in-address", "error", place, pointer, found, allowed, hint)]


_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class _CdkProvider(toolkit.TerraformProvider):
    """The provider of the CDK."""

    def __init__(
        self, scope: toolkit.Construct, name: str, attributes: dict[str, Any], alias: str | None
    ) -> None:
        self._attributes = attributes
        self._alias = alias
        super().__init__(
            scope,
            "Default",
            terraform_resource_type=name,
            terraform_provider_source=launchers.source(name),
            terraform_generator_metadata=toolkit.TerraformProviderGeneratorMetadata(
                provider_name=name, provider_version=__version__
            ),
        )

    @property
    def alias(self) -> str | None:
        # The CDK's own property does nothing, neither set nor get.
        return self._alias

    @alias.setter
    def alias(self, value: str | None) -> None:
        self._alias = value

    def _synthesize_attributes(self) -> dict[str, Any]:
        return self._attributes

    def _synthesize_hcl_attributes(self) -> dict[str, Any]:
        return hcl_attributes(self._attributes, self)


class ProviderConfiguration(NamedTuple):
    """How a provider is configured."""

    values: Mapping[str, Any]
    """The parameters by name; None means left out."""
    findings: Iterable[Finding]
    """What is wrong with them."""
    is_local: bool
    """True if it talks to the sandbox or to this machine only."""
    credentials: tuple[str, ...]
    """The names of the parameters that are secret."""
    account: tuple[str, ...]
    """The names of the parameters that tell the account from others."""


class ProviderConstruct(StackConstruct):
    """The construct of a provider, with the provider of the CDK inside."""

    KIND: ClassVar[ProviderKind]

    def __init__(self, scope: toolkit.Construct, id_: str, alias: str | None) -> None:
        """Take a place in the tree; ``configure`` is called next."""
        super().__init__(scope, id_)
        self._alias = alias
        self._given: dict[str, Any] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; for a parameter, which resources have built on, leave a finding."""
        given = self.__dict__.get("_given", {})
        if name in given and value is not given[name]:
            self.report([fixed_parameter(name, self.place)])
        super().__setattr__(name, value)

    def parameters_of(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters that are attributes of the provider; None means left out.

        :param arguments: those of the constructor by name; others are left aside
        """
        return {name: arguments[name] for name in schemas.load(self.KIND.name).attributes}

    def check(self, values: Mapping[str, Any]) -> list[Finding]:
        """Return all findings about the parameters; none if they were checked before."""
        if are_parameters_checked():
            return []
        return check_parameters(self.KIND.name, values, place=self.place, is_token=is_token)

    def configure(self, configuration: ProviderConfiguration) -> None:
        """Make the provider.

        :param configuration: how it is configured, and what is wrong with that
        """
        values, alias = configuration.values, self._alias
        found = [*configuration.findings, *_alias_findings(alias, self.place)]
        found += [*_platform_findings(self.place), *check_values(values, self.place)]
        self.report(found)
        self.facts = ProviderFacts(
            self.place,
            self.KIND,
            alias if alias is None else str(alias),
            configuration.is_local,
            _in_clear(values, configuration.credentials),
            tuple(values[name] for name in configuration.account),
        )
        """What the rules of the stack need to know of this provider."""
        if not self.has_wrong_id:
            self.synthesis.providers.append(self.facts)
        given = {name: to_json_value(v) for name, v in values.items() if v is not None}
        # After an error nothing is written, and the CDK could fail at the very same mistake.
        usable = ({}, None) if errors(found) else (given, alias)
        self._provider = _CdkProvider(self, self.KIND.name, *usable)
        self._given = {**values, "alias": alias}


def cdk_provider(provider: ProviderConstruct) -> toolkit.TerraformProvider:
    """Return the provider of the CDK inside of ours, for the resources of this package."""
    return provider._provider


def _in_clear(values: Mapping[str, Any], credentials: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        "/" + name
        for name in credentials
        if isinstance(values[name], str) and has_literal_text(values[name])
    )


def _alias_findings(alias: Any, place: ConstructPlace) -> list[Finding]:
    if alias is None or (isinstance(alias, str) and _ALIAS.fullmatch(alias)):
        return []
    found = repr(alias) if isinstance(alias, str) else f"a value of type {type(alias).__name__}"
    allowed = "letters, digits, _ and -, with a letter or _ at the beginning"
    return [Finding("alias", "error", place, "/alias", found, allowed)]


def _platform_findings(place: ConstructPlace) -> list[Finding]:
    if sys.platform != "win32":
        return []
    allowed = "Linux or macOS, or the Windows Subsystem for Linux"
    return [Finding("platform", "error", place, "", "Windows", allowed)]
