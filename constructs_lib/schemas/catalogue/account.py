"""The metadata of services, as an account answers them.

Source: https://fivetran.com/docs/rest-api/api-reference/connector-metadata
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from constructs_lib.net import addresses, content
from constructs_lib.net.addresses import address_problem, is_sandbox
from constructs_lib.version import user_agent

if TYPE_CHECKING:
    import requests

PUBLIC_URL = "https://api.fivetran.com"
_PATH = "/v1/metadata/connector-types/"
_SECONDS = 30.0
_HEADERS = {"Accept": "application/json;version=2", "Accept-Encoding": content.ACCEPTED}


class LiveError(Exception):
    """The account did not answer; the message says why and what to do, and holds no secret."""


class Account:
    """An account of Fivetran, as far as metadata is concerned.

    :param environ: the process environment: ``FIVETRAN_APIKEY``, ``FIVETRAN_APISECRET`` and
        ``FIVETRAN_API_URL``, which is https, or http for this machine
    :raises LiveError: if something is missing or wrong in it
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._url = (environ.get("FIVETRAN_API_URL") or PUBLIC_URL).rstrip("/")
        _check_url(self._url)
        names = ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET")
        if missing := [name for name in names if not environ.get(name)]:
            raise LiveError(f"{' and '.join(missing)} must be set to ask the account")
        self._credentials = (environ[names[0]], environ[names[1]])

    def metadata(self, service: str) -> dict[str, Any]:
        """Return the metadata of a service: the ``data`` of the response.

        :raises LiveError: if the account does not answer with them
        """
        response = self._ask(_PATH + quote(service, safe=""))
        if response.status_code == 404:
            raise LiveError(f"the account knows no service {service!r}")
        if response.status_code in (401, 403):
            raise LiveError(f"the API refused the credentials with {response.status_code}")
        if not response.ok:
            raise LiveError(f"the API answered {response.status_code} for {service!r}")
        try:
            data = response.json()["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise LiveError(f"the answer about {service!r} is not the API's; check the address")
        return data

    def _ask(self, path: str) -> requests.Response:
        # Only who asks an account pays for the import.
        import requests
        import urllib3

        found = addresses.problem()
        if found is not None:
            raise LiveError(f"{found[0]} cannot be used: {found[1]}. {addresses.REMEDY}")
        with requests.Session() as session:
            # What stays on this machine needs no proxy, which would see the key.
            session.trust_env = self._url.startswith("https:")
            session.headers.update(_HEADERS)
            session.headers["User-Agent"] = user_agent()
            try:
                response = session.get(
                    self._url + path,
                    auth=self._credentials,
                    timeout=_SECONDS,
                    allow_redirects=False,
                    stream=True,
                    verify=addresses.path() or True,
                )
                content.read(response, content.LONGEST)
            except content.ContentRefused as error:
                problem = f"{self._url + path} answered {error.status} with {error.reason}"
                raise LiveError(f"{problem}; check the address") from None
            except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
                name = type(error).__name__
                raise LiveError(f"the API cannot be reached ({name}): {self._url}") from None
            return response


def _check_url(url: str) -> None:
    if is_sandbox(url):
        raise LiveError("the embedded sandbox knows only what this catalogue has already")
    problem = address_problem(url, "FIVETRAN_APIKEY and FIVETRAN_APISECRET")
    if problem:
        raise LiveError(f"FIVETRAN_API_URL cannot be used: {problem}")
