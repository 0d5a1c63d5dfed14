"""The construct ``ElasticProvider``: the Elasticsearch that the connectors of a stack belong to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
from constructs_lib.validation import ConstructPlace, Finding

ELASTIC = ProviderKind(
    "elasticops",
    "ElasticProvider",
    "set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD, in the "
    "environment of Terraform",
    "elastic",
)
"""The kind of provider for Elasticsearch's connector API."""

_CREDENTIALS = ("api_key", "password", "bearer_token")


class ElasticProvider(ProviderConstruct):
    """The provider of the statuses of Elastic connectors: one Elasticsearch cluster or project.

    The synth delivers the Terraform provider, so nothing else has to be installed or configured. A
    stack for several clusters has several providers, all but one with an ``alias``.
    """

    KIND = ELASTIC

    @validate_arguments(ELASTIC.name)
    def __init__(
        self,
        scope: toolkit.Construct,
        id_: str,
        *,
        # Generated from elasticops.schema.json: parameters.
        endpoints: Sequence[str] | None = None,
        api_key: str | None = None,
        username: str | None = None,
        password: str | None = None,
        bearer_token: str | None = None,
        ca_file: str | None = None,
        server_version: str | None = None,
        request_timeout: float | None = None,
        allow_vanished: bool | None = None,
        # End of the generated parameters.
        alias: str | None = None,
    ) -> None:
        """Describe the provider. It authenticates in exactly one way.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct
        :param endpoints: addresses of Elasticsearch, tried in order: https, or http for a loopback
            address. A single sandbox or sandbox:FILE answers from the embedded sandbox, kept in an
            SQLite file (without FILE in .sandbox/elastic.sqlite3; a relative path starts at the
            working directory) and asked without credentials. Default: the environment variable
            ``ELASTICSEARCH_ENDPOINTS``, separated by commas
        :param api_key: API key in its encoded form, as Elasticsearch answers it under encoded when
            a key is made, from a sensitive variable. Default: the environment variable
            ``ELASTICSEARCH_API_KEY``
        :param username: name of a user, with password. Default: the environment variable
            ``ELASTICSEARCH_USERNAME``
        :param password: password of the user, from a sensitive variable. Default: the environment
            variable ``ELASTICSEARCH_PASSWORD``
        :param bearer_token: token for the bearer scheme, such as one of a service account, from a
            sensitive variable
        :param ca_file: path of a PEM file with the certificates of the authorities to trust,
            instead of those of the system. A relative path starts at the working directory
        :param server_version: version of the server, such as 8.14.3, which decides what transitions
            it allows. Default: the server is asked when it matters
        :param request_timeout: seconds that one request may take, from the look-up of the host to
            the last byte of the answer. Default 30
        :param allow_vanished: True if all managed connectors may be gone at once, so that their
            statuses leave the state. Otherwise this is an error that keeps the state, because most
            likely another cluster answers; a single connector that is gone is a warning in either
            case. Default False; set it for one run
        :param alias: name that tells this provider from others of the stack
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        super().__init__(scope, id_, alias)
        files = {"endpoints": _with_absolute_files(endpoints), "ca_file": _absolute(ca_file)}
        values = {**self.parameters_of(arguments), **files}
        found = self.check(values) + _login_findings(endpoints, self.place)
        is_local = _are_local(endpoints)
        self.configure(ProviderConfiguration(values, found, is_local, _CREDENTIALS, ("endpoints",)))


def _is_list(endpoints: Any) -> bool:
    # A token of the CDK for a list is a list of one marker.
    return isinstance(endpoints, (list, tuple)) and not toolkit.is_token(endpoints)


def _with_absolute_files(endpoints: Any) -> Any:
    if not _is_list(endpoints):
        return endpoints
    return [absolute_address(endpoint) for endpoint in endpoints]


def _are_local(endpoints: Any) -> bool:
    return _is_list(endpoints) and all(is_local_address(endpoint) for endpoint in endpoints)


def _absolute(file: Any) -> Any:
    if not isinstance(file, str) or not file or toolkit.is_token(file):
        return file
    return str(Path(file).absolute())


def _login_findings(endpoints: Any, place: ConstructPlace) -> list[Finding]:
    return [
        finding
        for index, endpoint in enumerate(endpoints if _is_list(endpoints) else ())
        for finding in check_address(endpoint, place, f"/endpoints/{index}", ELASTIC)
    ]
