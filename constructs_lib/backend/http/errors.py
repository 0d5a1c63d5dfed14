"""What can go wrong between the provider and the API of a vendor, and what Terraform shows of it.

::

    VendorError
    ├── ApiError                    the API answered with an error status
    │   ├── Unauthorized            401 or 403: the credentials are wrong, or do not allow this
    │   ├── NotFound                the API itself says that the object does not exist
    │   ├── Conflict                409
    │   └── TooManyRequests         429
    ├── NoResponse                  refused, reset or timed out; ``sent``: it may have worked
    ├── InvalidResponse             a response that is not what the API's contract says
    │   ├── IncompleteResponse      the API's own response, without what the contract promises
    │   ├── ResponseOverLimit       a response beyond a limit, such as one that is too long
    │   └── ForeignResponse         an error status from something else than the API
    ├── ResponseAboutAnotherObject  a response about another object than the request
    ├── InvalidIdentifier           it would ask another endpoint, so nothing was sent
    ├── TimeLimitExceeded           the time limit of the operation is over
    └── Interrupted                 Terraform was asked to stop

Each vendor derives its own errors with their remedies. No message holds a secret: whatever was sent
as one is redacted in what the API answers. :func:`explain_errors` turns an error into a diagnostic
that says what failed, why, and what to do next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError

if TYPE_CHECKING:
    from constructs_lib.backend.http.attempts import Outage


class VendorError(Exception):
    """The base of all errors of an API. ``str()`` is one sentence for a person."""

    remedy = "Run the command again; if it fails again, see the status page of the API."
    tried = ""
    """How often and how long it was tried, in words; empty if once."""
    attempts = 1
    """How often the request was sent, or looked after, until this error."""
    outage: Outage | None = None
    """The outage that this error is a sign of, which is reported only once; None if it is none."""


class ApiError(VendorError):
    """The API answered with an error status.

    :param request: what was asked, such as ``PATCH /v1/connections/abc``
    :param status: the HTTP status
    :param code: the API's own code, such as ``NotFound_Connection``; empty if it gave none
    :param message: the API's own words; empty if it gave none
    """

    remedy = "Fix what the API's message names, and run the command again."
    retry_after: float | None = None
    """Seconds that the API asks us to wait, as it may with 429 and 503; None if it does not say."""

    def __init__(self, request: str, status: int, code: str, message: str) -> None:
        self.request, self.status, self.code, self.message = request, status, code, message
        known_as = f" ({code})" if code else ""
        super().__init__(f"{request} answered {status}{known_as}: {message or 'no message'}")


class Unauthorized(ApiError):
    """401 or 403."""

    remedy = "Check the credentials of the provider, and what they allow."


class NotFound(ApiError):
    """The API itself says that this object is not there.

    This is the only error that may take anything out of Terraform's state. A 404 alone does not
    suffice: a wrong path, a proxy and another product answer 404, too.
    """

    remedy = "Check the identifiers: it may have been deleted, or belong to another account."


class Conflict(ApiError):
    """409."""


class TooManyRequests(ApiError):
    """429.

    :param retry_after: seconds that the API asks us to wait; None if it does not say
    """

    remedy = (
        "The rate limit is used up. Run the command again later, raise the time limit in "
        "timeouts, or lower terraform's -parallelism."
    )

    def __init__(
        self, request: str, status: int, code: str, message: str, retry_after: float | None
    ) -> None:
        super().__init__(request, status, code, message)
        self.retry_after = retry_after


class NoResponse(VendorError):
    """There was no response.

    :param request: what was asked
    :param reason: what happened, in words
    :param sent: False if the request certainly did not reach the API
    :param passing: False if trying again would fail in the same way
    :param host: who did not answer, such as ``api.example.com``; empty if ``reason`` names it
    :param hint: what to check for this very reason, before the remedy of all of them
    """

    remedy = "Check the address, the network and the proxy settings, and run the command again."

    def __init__(
        self,
        request: str,
        reason: str,
        *,
        sent: bool,
        passing: bool = True,
        host: str = "",
        hint: str = "",
    ) -> None:
        self.sent, self.passing, self.reason, self.hint = sent, passing, reason, hint
        if hint:
            self.remedy = f"{hint} {self.remedy}"
        whose = f" from {host}" if host else ""
        super().__init__(f"{request} got no answer{whose}: {reason}")


class InvalidResponse(VendorError):
    """A response that breaks the contract, such as HTML from a proxy.

    :param request: what was asked
    :param status: the HTTP status
    :param reason: what is wrong with the answer
    """

    remedy = "Check that the address is that of the API, and that no proxy answers for it."
    passing = True
    """False if asking again would be answered in the same way."""

    def __init__(self, request: str, status: int, reason: str) -> None:
        self.status = status
        super().__init__(f"{request} answered {status} with {reason}")


class IncompleteResponse(InvalidResponse):
    """A successful response in the API's form that lacks something that the contract requires.

    Unlike a page or half of a JSON text it is no accident of the way, so asking again seldom helps.
    """


class ResponseOverLimit(InvalidResponse):
    """A response beyond a limit: too long, nested too deeply, or in an unrequested compression.

    It is not asked for again, because the next one would be the same.

    :param request: the method and the whole address that was asked for
    :param status: the HTTP status
    :param reason: which limit, and how much it is
    """

    remedy = (
        "No response of the API is known to come near this limit. Check that the address is that "
        "of the API, and that no proxy answers for it."
    )
    passing = False


class ForeignResponse(InvalidResponse):
    """An error status without the API's envelope: a proxy, a gateway or another product answered.

    The request did not reach the API, so nothing took effect, and nothing is known of the object.

    :param request: the method and the whole address that was asked for
    :param status: the HTTP status
    :param reason: what the answer is instead
    """


class ResponseAboutAnotherObject(VendorError):
    """The response is about an object other than the one that was requested.

    :param request: the method and the whole address that was asked for
    :param asked: the identifier in the request
    :param answered: the identifier in the answer
    """

    remedy = (
        "Nothing from this response was used. Check that no proxy or cache between here and the "
        "API mixes up responses, and run the command again."
    )

    def __init__(self, request: str, asked: str, answered: str) -> None:
        super().__init__(f"{request} answered about {answered!r} instead of {asked!r}")


class InvalidIdentifier(VendorError):
    """A value that cannot be an identifier, and would address another endpoint. Nothing was sent.

    Configurations are checked before, so this one comes from a state or an answer of the API.
    """

    remedy = (
        "If the state has it, remove it with 'terraform state rm ADDRESS', and import the "
        "resource with the identifier that the API shows."
    )

    def __init__(self, identifier: object) -> None:
        super().__init__(f"{identifier!a} is not a valid identifier, so nothing was sent")


class TimeLimitExceeded(VendorError):
    """The time limit of the operation is over."""

    remedy = "Run the command again, or raise the limit in timeouts."


class Interrupted(VendorError):
    """Terraform was asked to stop, so the operation ended early."""

    remedy = "Run the command again to finish."


@contextmanager
def explain_errors(
    action: str, subject: str, note: Callable[[VendorError], str] = lambda error: ""
) -> Iterator[None]:
    """Turn an error of the API inside into one diagnostic.

    :param action: such as ``create``
    :param subject: what it was done to, such as ``acme_widget orders``
    :param note: what to do next after an error, where this operation knows better; else empty
    :raises ProviderError: with the HTTP status, the API's code and the next step
    :raises AlreadyReported: instead, if another operation has reported the same outage
    """
    try:
        yield
    except VendorError as error:
        summary = f"Cannot {action} {subject}"
        said = str(error)
        parts = [said if said.endswith((".", "?", "!")) else f"{said}.", error.tried]
        parts += [note(error) or error.remedy]
        detail = "\n\n".join(part for part in parts if part)
        if error.outage is not None and not error.outage.claim():
            raise AlreadyReported(summary, detail, said) from None
        raise ProviderError(summary, detail) from None
