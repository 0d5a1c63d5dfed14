"""The construct ``FivetranProvider``: the account that the connections of a stack belong to."""

from __future__ import annotations

from constructs_lib import toolkit
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.provider import (
    ProviderConfiguration,
    ProviderConstruct,
    absolute_address,
    check_address,
    is_local_address,
)
from constructs_lib.constructs.rules.stack import ProviderKind
from constructs_lib.validation import check_provider

FIVETRAN = ProviderKind(
    "fivetranops",
    "FivetranProvider",
    "set FIVETRAN_APIKEY and FIVETRAN_APISECRET in the environment of Terraform",
    "fivetran",
)
"""The kind of provider for Fivetran's API."""


class FivetranProvider(ProviderConstruct):
    """The provider of Fivetran connections and their state; one in each stack.

    It delivers the Terraform provider with the synth: nothing has to be installed or configured
    besides. A stack that works on several accounts has several, all but one with an ``alias``.
    """

    KIND = FIVETRAN

    @validate_arguments(FIVETRAN.name)
    def __init__(
        self,
        scope: toolkit.Construct,
        id_: str,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        api_url: str | None = None,
        request_timeout: float | None = None,
        allow_vanished: bool | None = None,
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
        :param request_timeout: seconds that one request may take as a whole; by default 300
        :param allow_vanished: True if all managed connections may be gone at once, so that a plan
            creates them again; by default this is an error that keeps the state, because most
            likely another account answers. Set it for one run
        :param alias: name that tells this provider from others of the stack
        """
        super().__init__(scope, id_, alias)
        values = {
            "api_key": api_key,
            "api_secret": api_secret,
            "api_url": absolute_address(api_url),
            "request_timeout": request_timeout,
            "allow_vanished": allow_vanished,
        }
        found = check_provider(values, place=self.place, is_token=toolkit.is_token)
        found += check_address(api_url, self.place, "/api_url", FIVETRAN)
        secret, account = ("api_key", "api_secret"), ("api_key", "api_url")
        self.configure(
            ProviderConfiguration(values, found, is_local_address(api_url), secret, account)
        )
