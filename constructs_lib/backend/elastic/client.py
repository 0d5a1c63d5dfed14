"""Elasticsearch's connector API, as far as the status of connectors needs it, and the cluster.

:class:`Client` has one method per endpoint; each takes the :class:`Deadline` of the operation that
it serves, and raises the errors of :mod:`exchange`. :class:`Cluster` is what the resources work
with: the cluster that the provider is configured for.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-connector
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import quote, urlencode

from constructs_lib.backend.elastic.exchange import (
    Exchange,
    IncompleteResponse,
    InvalidIdentifier,
    Request,
    ResponseAboutAnotherObject,
    StatusMoved,
    VendorError,
)
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.attempts import Outage, send_with_retries
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.redaction import redact, texts_in
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.managed_object.provider_data import ProviderData, Wording
from constructs_lib.schemas import is_identifier
from constructs_lib.schemas.connector_status import is_strict_version

_PAGE = 100
"""Connectors in one page of a list."""
_RESULTS = ("updated", "noop")
_ON_DEMAND = "on_demand"


class Client:
    """One cluster, or one serverless project.

    :param exchange: the way to it
    :param server_version: such as ``8.14.3``; None to ask the server when it matters
    """

    def __init__(self, exchange: Exchange, server_version: str | None = None) -> None:
        self._exchange = exchange
        self._outage = Outage()
        self._is_strict = None if server_version is None else is_strict_version(server_version)

    def __repr__(self) -> str:
        return f"<Client of {self._exchange!r}>"

    @property
    def address(self) -> str:
        """The addresses of the cluster, as messages name them."""
        return ", ".join(each.shown or each.base for each in self._exchange.transports)

    def close(self) -> None:
        """Close the connections."""
        for transport in self._exchange.transports:
            transport.close()

    def connector(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """Return the document of ``GET /_connector/{id}``, which has a text under ``status``.

        Its ``configuration`` may hold secrets in clear: do not keep it. Its ``error`` holds none
        that is marked as sensitive there.
        """
        return send_with_retries(
            lambda: self._read(identifier, deadline),
            deadline,
            idempotent=True,
            outage=self._outage,
        )

    def connectors(self, start: int, deadline: Deadline) -> list[dict[str, Any]]:
        """Return a page of ``GET /_connector``: documents with texts under ``id`` and ``status``.

        :param start: how many connectors come before it
        :raises IncompleteResponse: if the answer is no such list
        """
        request = Request("GET", f"/_connector?from={start}&size={_PAGE}")
        found = self._exchange.send_once(request, deadline).get("results")
        whole = self._exchange.full_request(request)
        if not isinstance(found, list):
            raise IncompleteResponse(whole, 200, "no list under results")
        for document in found:
            for name in ("id", "status"):
                if not isinstance(document, dict) or not isinstance(document.get(name), str):
                    raise IncompleteResponse(whole, 200, f"a connector with no text under {name}")
        return [_without_secrets(document) for document in found]

    def set_status(
        self,
        identifier: str,
        before: str,
        status: str,
        deadline: Deadline,
        on_effect: Callable[[], None],
    ) -> None:
        """Send ``PUT /_connector/{id}/_status``.

        It is not idempotent: a status may be refused just because it is set already. So if the
        answer is lost, the connector is read: it has the new status, or the request is sent again
        because it still has the previous one.

        :param before: the status that was found
        :param status: the status to set
        :param on_effect: is called as soon as the status has been set, or may have been
        :raises StatusMoved: if the connector has neither of them after an answer was lost
        """
        request = Request("PUT", f"{_connector(identifier)}/_status", {"status": status})
        is_reported = False

        def report_effect() -> None:
            nonlocal is_reported
            if not is_reported:
                is_reported = True
                on_effect()

        def once() -> str:
            try:
                answer = self._exchange.send_once(request, deadline)
                if answer.get("result") not in _RESULTS:
                    raise IncompleteResponse(str(request), 200, "no result that is known")
            except VendorError as error:
                if attempts.may_have_taken_effect(error):
                    report_effect()
                raise
            report_effect()
            return status

        def check_effect() -> str | None:
            now = status_of(self._read(identifier, deadline))
            if now not in (before, status):
                raise StatusMoved(identifier, before, status, now)
            if now != status:
                return None
            report_effect()
            return now

        send_with_retries(
            once,
            deadline,
            idempotent=True,
            outage=self._outage,
            check_effect=check_effect,
            writes=True,
            doubts_429=True,
        )

    def sync_jobs(self, connector: str, job_type: str, deadline: Deadline) -> list[dict[str, Any]]:
        """Return the latest sync jobs of a connector that were begun on demand, the newest first.

        :param job_type: ``full``, ``incremental`` or ``access_control``
        """
        return send_with_retries(
            lambda: self._sync_jobs(connector, job_type, deadline),
            deadline,
            idempotent=True,
            outage=self._outage,
        )

    def sync_job(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """Return the document of ``GET /_connector/_sync_job/{id}``, with a text under ``status``.

        Its ``error`` holds no value that is marked as sensitive in the connector.
        """
        request = Request("GET", f"/_connector/_sync_job/{quote(identifier, safe='')}")

        def once() -> dict[str, Any]:
            job = self._exchange.send_once(request, deadline)
            return _checked_job(job, self._exchange.full_request(request))

        return send_with_retries(once, deadline, idempotent=True, outage=self._outage)

    def begin_sync_job(
        self, connector: str, job_type: str, known: Collection[str], deadline: Deadline
    ) -> str:
        """Send ``POST /_connector/_sync_job``; if the answer is lost, look for the job.

        :param known: the identifiers of the jobs that were there before
        :returns: the identifier of the job
        """
        body = {"id": connector, "job_type": job_type, "trigger_method": _ON_DEMAND}
        request = Request("POST", "/_connector/_sync_job", body, is_public=True)

        def once() -> str:
            found = self._exchange.send_once(request, deadline).get("id")
            if not isinstance(found, str) or not found:
                raise IncompleteResponse(str(request), 201, "no text under id")
            return found

        def check_effect() -> str | None:
            jobs = self._sync_jobs(connector, job_type, deadline)
            return next((job["id"] for job in jobs if job["id"] not in known), None)

        return send_with_retries(
            once,
            deadline,
            idempotent=True,
            outage=self._outage,
            check_effect=check_effect,
            writes=True,
            doubts_429=True,
        )

    def is_strict(self, deadline: Deadline) -> bool:
        """Return True if the server never lets a status follow itself; ask it once, by ``GET /``.

        It only chooses words: if the server does not say, the current table is used.
        """
        if self._is_strict is None:
            try:
                version = self._exchange.send_once(Request("GET", "/"), deadline).get("version")
            except VendorError:
                return False
            self._is_strict = _is_strict(version if isinstance(version, dict) else {})
        return self._is_strict

    def check_access(self, deadline: Deadline) -> None:
        """Check that the cluster can be accessed, by one ``GET /_connector`` for one item."""
        self._exchange.send_once(Request("GET", "/_connector?size=1"), deadline)

    def _sync_jobs(self, connector: str, job_type: str, deadline: Deadline) -> list[dict[str, Any]]:
        """Ask for the latest jobs once."""
        jobs, count = self._jobs_page(connector, job_type, 0, deadline)
        if count > len(jobs) and jobs[0]["created_at"] < jobs[-1]["created_at"]:
            # Before 8.13 the oldest come first.
            jobs, _ = self._jobs_page(connector, job_type, max(0, count - _PAGE), deadline)
        jobs.sort(key=lambda job: str(job["created_at"]), reverse=True)
        return [job for job in jobs if normalized_word(job.get("trigger_method")) == _ON_DEMAND]

    def _jobs_page(
        self, connector: str, job_type: str, start: int, deadline: Deadline
    ) -> tuple[list[dict[str, Any]], int]:
        """Return a page of ``GET /_connector/_sync_job``, and how many jobs there are."""
        query = {"connector_id": connector, "job_type": job_type, "from": start, "size": _PAGE}
        request = Request("GET", f"/_connector/_sync_job?{urlencode(query)}")
        answer = self._exchange.send_once(request, deadline)
        found, whole = answer.get("results"), self._exchange.full_request(request)
        if not isinstance(found, list):
            raise IncompleteResponse(whole, 200, "no list under results")
        jobs = [_checked_job(job, whole) for job in found]
        count = answer.get("count")
        return jobs, count if isinstance(count, int) else len(jobs)

    def _read(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """Return the document of one connector; the answer must be about this one.

        :raises NotFound: only if Elasticsearch itself says that this connector is not there
        """
        # A 404 about something else may come, such as the index in which connectors are kept.
        request = Request("GET", _connector(identifier), about=identifier)
        document = self._exchange.send_once(request, deadline)
        answered, whole = document.get("id"), self._exchange.full_request(request)
        if not isinstance(answered, str):
            raise IncompleteResponse(whole, 200, "no text under id")
        if answered != identifier:
            raise ResponseAboutAnotherObject(whole, identifier, answered)
        if not isinstance(document.get("status"), str):
            raise IncompleteResponse(whole, 200, "no text under status")
        return _without_secrets(document)


def status_of(connector: dict[str, Any]) -> str:
    """Return the status of a connector, in lower case."""
    return normalized_word(connector["status"])


def _checked_job(job: Any, request: str) -> dict[str, Any]:
    """Return the document of a sync job, if it is one, without secrets in its ``error``."""
    for name in ("id", "status", "created_at"):
        if not isinstance(job, dict) or not isinstance(job.get(name), str):
            raise IncompleteResponse(request, 200, f"a sync job with no text under {name}")
    connector = job.get("connector")
    return _without_secrets(job, connector if isinstance(connector, dict) else {})


def _without_secrets(
    document: dict[str, Any], connector: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a document whose ``error`` quotes no sensitive value of a connector's configuration.

    :param connector: the connector; None for the document itself
    """
    message = document.get("error")
    fields = (document if connector is None else connector).get("configuration")
    if not isinstance(message, str) or not isinstance(fields, dict):
        return document
    sensitive = [
        field.get("value")
        for field in fields.values()
        if isinstance(field, dict) and normalized_word(field.get("sensitive")) == "true"
    ]
    return {**document, "error": redact(message, texts_in(sensitive))}


def _is_strict(version: dict[str, Any]) -> bool:
    """Return True for a version that never lets a status follow itself."""
    # A serverless project is always current, and the number that it answers means nothing.
    if version.get("build_flavor") == "serverless":
        return False
    return is_strict_version(str(version.get("number")))


def _connector(identifier: str) -> str:
    if not is_identifier(identifier, "elasticops_connector_status"):
        raise InvalidIdentifier(identifier)
    return "/_connector/" + quote(identifier, safe="")


class Cluster(ProviderData[Client]):
    """One configured cluster.

    :param client: its API; None while the configuration of the provider is unknown
    :param allow_vanished: True if all managed connectors may be gone at once
    """

    WORDS = Wording(
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
        self.destroyed_statuses: dict[str, str] = {}
        """The previous_status of each connector whose resource this run destroyed. A resource that
        replaces one which failed half way continues from there."""
