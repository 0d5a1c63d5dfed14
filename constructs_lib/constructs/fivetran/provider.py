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

FIVETRAN = ProviderKind(
    "fivetranops",
    "FivetranProvider",
    "set FIVETRAN_APIKEY and FIVETRAN_APISECRET in the environment of Terraform",
    "fivetran",
)
"""The kind of provider for Fivetran's API."""


class FivetranProvider(ProviderConstruct):
    """The provider of Fivetran connections and their state; one in each stack.

    The synth delivers the Terraform provider, so nothing else has to be installed or configured. A
    stack for several accounts has several providers, all but one with an ``alias``.
    """

    KIND = FIVETRAN

    @validate_arguments(FIVETRAN.name)
    def __init__(
        self,
        scope: toolkit.Construct,
        id_: str,
        *,
        # Generated from fivetranops.schema.json: parameters.
        api_key: str | None = None,
        api_secret: str | None = None,
        api_url: str | None = None,
        request_timeout: float | None = None,
        allow_vanished: bool | None = None,
        # End of the generated parameters.
        alias: str | None = None,
    ) -> None:
        """Describe the provider.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct
        :param api_key: API key, from a sensitive variable. Default: the environment variable
            ``FIVETRAN_APIKEY``
        :param api_secret: API secret, from a sensitive variable. Default: the environment variable
            ``FIVETRAN_APISECRET``
        :param api_url: address of the API: https, or http for a loopback address; sandbox or
            sandbox:FILE answers from the embedded sandbox, kept in an SQLite file (without FILE in
            .sandbox/fivetran.sqlite3; a relative path starts at the working directory) and asked
            without credentials. An ending /v1, as other tools want it, makes no difference.
            Default: the environment variable ``FIVETRAN_API_URL``, then https://api.fivetran.com
        :param request_timeout: seconds that one request may take, from the look-up of the host to
            the last byte of the answer. Default 300, because setup tests run within a request
        :param allow_vanished: True if all managed connections may be gone at once, so that a plan
            creates them again. Otherwise this is an error that keeps the state, because most likely
            another account answers; a single connection that is gone is a warning in either case.
            Default False; set it for one run
        :param alias: name that tells this provider from others of the stack
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        super().__init__(scope, id_, alias)
        values = {**self.parameters_of(arguments), "api_url": absolute_address(api_url)}
        found = self.check(values) + check_address(api_url, self.place, "/api_url", FIVETRAN)
        secret, account = ("api_key", "api_secret"), ("api_key", "api_url")
        self.configure(
            ProviderConfiguration(values, found, is_local_address(api_url), secret, account)
        )
