"""What tests have to know to run terraform with the provider of one vendor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_INVENTED = Path(__file__).parents[1] / "acceptance" / "fivetran" / "invented_services.json"


class Vendor(NamedTuple):
    """The provider of one vendor."""

    provider: str
    """Its name, such as ``fivetranops``."""
    url_variable: str
    """The environment variable that takes the address of the API."""
    environment: Mapping[str, str]
    """The other variables: credentials, which no file may hold."""


FIVETRAN = Vendor(
    "fivetranops",
    "FIVETRAN_API_URL",
    {
        "FIVETRAN_APIKEY": "canary-api-key",
        "FIVETRAN_APISECRET": "canary-api-secret",
        # Settings that no service has: here they may have every shape.
        "FIVETRAN_SERVICES": str(_INVENTED),
    },
)
ELASTIC = Vendor(
    "elasticops",
    "ELASTICSEARCH_ENDPOINTS",
    {"ELASTICSEARCH_USERNAME": "canary-user", "ELASTICSEARCH_PASSWORD": "canary-password"},
)
