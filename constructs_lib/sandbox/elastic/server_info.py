"""``GET /``: what the server says about itself.

Source: Elasticsearch's API, "Get cluster info".
"""

from __future__ import annotations

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic.call import ElasticCall


def read(call: ElasticCall) -> ApiResponse:
    """Name and version of the server."""
    version = call.settings.version
    compatible = f"{call.settings.major - 1}"
    answer = {
        "name": "sandbox",
        "cluster_name": "sandbox",
        "cluster_uuid": "sandbox",
        "version": {
            "number": version,
            "build_flavor": call.settings.build_flavor,
            "build_type": "docker",
            "build_hash": "sandbox",
            "build_date": "2026-01-01T00:00:00.000000000Z",
            "build_snapshot": version.endswith("-SNAPSHOT"),
            "lucene_version": "10.0.0",
            "minimum_wire_compatibility_version": f"{compatible}.0.0",
            "minimum_index_compatibility_version": f"{compatible}.0.0",
        },
        "tagline": "You Know, for Search",
    }
    return ApiResponse(200, answer)
