"""The construct ``FivetranProvider``: the account that the connections of a stack belong to."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from constructs_lib import toolkit
from constructs_lib.constructs.arguments import reports_misfits
from constructs_lib.constructs.delivery import PROVIDER_NAME, PROVIDER_SOURCE
from constructs_lib.constructs.expressions import has_clear_text
from constructs_lib.constructs.placed import PlacedConstruct
from constructs_lib.constructs.stack_rules import ProviderFacts
from constructs_lib.constructs.values import hcl_form, rendered
from constructs_lib.validation import ConstructPlace, Finding, check_provider, errors
from constructs_lib.version import __version__

_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class _HiddenProvider(toolkit.TerraformProvider):
    """The provider of the CDK."""

    def __init__(
        self, scope: toolkit.Construct, attributes: dict[str, Any], alias: str | None
    ) -> None:
        self._attributes = attributes
        self._alias = alias
        super().__init__(
            scope,
            "Default",
            terraform_resource_type=PROVIDER_NAME,
            terraform_provider_source=PROVIDER_SOURCE,
            terraform_generator_metadata=toolkit.TerraformProviderGeneratorMetadata(
                provider_name=PROVIDER_NAME, provider_version=__version__
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
        return hcl_form(self._attributes)


class FivetranProvider(PlacedConstruct):
    """The provider of Fivetran connections and their state; one in each stack.

    It delivers the Terraform provider with the synth: nothing has to be installed or configured
    besides. A stack that works on several accounts has several, all but one with an ``alias``.
    """

    @reports_misfits(PROVIDER_NAME)
    def __init__(
        self,
        scope: toolkit.Construct,
        id_: str,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        api_url: str | None = None,
        request_timeout: float | None = None,
        alias: str | None = None,
    ) -> None:
        """Describe the provider.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct
        :param api_key: API key, as a reference to a sensitive variable; by default Terraform's
            environment variable ``FIVETRAN_APIKEY``
        :param api_secret: API secret, likewise; by default ``FIVETRAN_APISECRET``
        :param api_url: address of the API, ``https`` or a loopback address; ``sandbox`` or
            ``sandbox:FILE`` for the embedded sandbox, FILE being relative to the directory of the
            synth. By default ``FIVETRAN_API_URL``, then ``https://api.fivetran.com``
        :param request_timeout: seconds to wait for one answer of the API; by default 300
        :param alias: name that tells this provider from others of the stack
        """
        super().__init__(scope, id_)
        values = {
            "api_key": api_key,
            "api_secret": api_secret,
            "api_url": _with_absolute_file(api_url),
            "request_timeout": request_timeout,
        }
        found = check_provider(values, place=self.place, is_token=toolkit.is_token)
        found += [*_login_findings(api_url, self.place), *_alias_findings(alias, self.place)]
        found += _platform_findings(self.place)
        self.report(found)
        credentials = _literal_credentials(values)
        name = alias if alias is None else str(alias)
        self.facts = ProviderFacts(self.place, name, _is_local(api_url), credentials)
        """What the rules of the stack need to know of this provider."""
        if not self.has_wrong_id:
            self.synthesis.providers.append(self.facts)
        given = {name: rendered(v) for name, v in values.items() if v is not None}
        # After an error nothing is written, and the CDK could fail at the very same mistake.
        self._provider = _HiddenProvider(self, *(({}, None) if errors(found) else (given, alias)))


def hidden_provider(provider: FivetranProvider) -> toolkit.TerraformProvider:
    """The provider of the CDK inside of ours, for the resources of this package."""
    return provider._provider


def _with_absolute_file(api_url: Any) -> Any:
    """``sandbox:FILE`` with the whole path: Terraform runs in another directory than the synth."""
    if not isinstance(api_url, str) or not api_url.startswith("sandbox:"):
        return api_url
    file = api_url.removeprefix("sandbox:")
    return "sandbox:" + str(Path(file).absolute()) if file else api_url


def _is_local(api_url: Any) -> bool:
    """True if what is sent there stays in this process, or on this machine."""
    if not isinstance(api_url, str) or toolkit.is_token(api_url):
        return False
    if api_url == "sandbox" or api_url.startswith("sandbox:"):
        return True
    try:
        host = urlsplit(api_url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _literal_credentials(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        "/" + name
        for name in ("api_key", "api_secret")
        if isinstance(values[name], str) and has_clear_text(values[name])
    )


def _login_findings(api_url: Any, place: ConstructPlace) -> list[Finding]:
    """A login within the address would stand in ``cdktf.out``, and the provider refuses it."""
    try:
        has_login = isinstance(api_url, str) and "@" in urlsplit(api_url).netloc
    except ValueError:
        return []
    if not has_login:
        return []
    found, allowed = "an address with a user name or password", "the address alone"
    hint = "set FIVETRAN_APIKEY and FIVETRAN_APISECRET in the environment of Terraform"
    return [Finding("login-in-address", "error", place, "/api_url", found, allowed, hint)]


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
