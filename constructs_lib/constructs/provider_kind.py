"""The kinds of providers that this package delivers: one for each API."""

from __future__ import annotations

from typing import NamedTuple


class ProviderKind(NamedTuple):
    """One kind of provider."""

    name: str
    """Terraform's name of it, and the first part of the names of its resource types."""
    construct: str
    """The name of its construct."""
    from_environment: str
    """What to do instead of writing credentials into the code."""
    suggested_id: str
    """An id for its construct, for messages."""


FIVETRAN = ProviderKind(
    "fivetranops",
    "FivetranProvider",
    "set FIVETRAN_APIKEY and FIVETRAN_APISECRET in the environment of Terraform",
    "fivetran",
)
ELASTIC = ProviderKind(
    "elasticops",
    "ElasticProvider",
    "set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD, in the "
    "environment of Terraform",
    "elastic",
)
