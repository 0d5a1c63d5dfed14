"""The way to Fivetran's API.

``sandbox`` and ``sandbox:FILE`` are answered by the embedded sandbox instead of a server.
"""

from __future__ import annotations

from constructs_lib.backend.http import transport
from constructs_lib.net.addresses import address_problem, is_sandbox

__all__ = ["PUBLIC_URL", "SANDBOX_FILE", "Transport", "check_url", "is_sandbox"]

PUBLIC_URL = "https://api.fivetran.com"
"""The address of Fivetran's public API."""
SANDBOX_FILE = ".sandbox/fivetran.sqlite3"
"""Where ``sandbox`` without a file keeps its data, below the working directory."""
_EMBEDDED = "sandbox://local"
_VERSION = "/v1"
"""The first step of each path of the API; other tools want it at the end of the address."""


def check_url(url: str) -> str | None:
    """What is wrong with an address of the API, in words; None if nothing is."""
    if is_sandbox(url):
        return None
    return address_problem(url, "api_key and api_secret", shows=False)


def base_of(url: str) -> str:
    """Return the address before ``/v1``, as which the provider knows the API.

    The official provider takes its address from the same ``FIVETRAN_API_URL``, with ``/v1`` at the
    end. Were it kept, each path would be wrong, and each connection would seem to be gone.
    """
    return url.rstrip("/").removesuffix(_VERSION).rstrip("/")


class Transport(transport.Transport):
    """HTTP sessions towards one address.

    :param url: the address of the API, or ``sandbox``, or ``sandbox:FILE``
    :param terraform: the version of Terraform; empty if none asks
    """

    def __init__(self, url: str, terraform: str = "") -> None:
        if is_sandbox(url):
            from constructs_lib.sandbox import SandboxAdapter

            file = url.partition(":")[2] or SANDBOX_FILE
            adapter = SandboxAdapter(file)
            super().__init__(_EMBEDDED, adapter, shown=f"sandbox:{file}")
        else:
            super().__init__(base_of(url), terraform=terraform)
