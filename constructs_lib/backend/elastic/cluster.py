"""What the resources work with: the cluster that the provider is configured for."""

from __future__ import annotations

from constructs_lib.backend.elastic.client import Client
from constructs_lib.backend.http.configured import Configured
from constructs_lib.backend.http.presence import Words


class Cluster(Configured[Client]):
    """One configured cluster.

    :param client: its API; None while the configuration of the provider is unknown
    :param allow_vanished: True if all managed connectors may be gone at once
    """

    WORDS = Words(
        "connector",
        "elasticops",
        "cluster",
        "endpoints and credentials of the provider elasticops (or ELASTICSEARCH_ENDPOINTS, "
        "ELASTICSEARCH_API_KEY, ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD)",
    )
    UNKNOWN_BECAUSE = (
        "endpoints or credentials of the provider elasticops come from something that is"
    )
    INSTEAD = (
        "ELASTICSEARCH_ENDPOINTS, ELASTICSEARCH_API_KEY, ELASTICSEARCH_USERNAME, "
        "ELASTICSEARCH_PASSWORD"
    )

    def __init__(self, client: Client | None, *, allow_vanished: bool = False) -> None:
        super().__init__(client, allow_vanished=allow_vanished)
        self.forgotten: dict[str, str] = {}
        """For each connector whose resource was destroyed in this run: its previous_status. What
        takes the place of a resource that failed half way goes on from there."""
