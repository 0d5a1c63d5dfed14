"""Turns the errors of the API into what Terraform shows: what failed, why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from constructs_lib.backend.http.errors import VendorError
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError


@contextmanager
def explained(
    action: str, subject: str, note: Callable[[VendorError], str] = lambda error: ""
) -> Iterator[None]:
    """Whatever goes wrong with the API inside becomes one diagnostic.

    :param action: such as ``create``
    :param subject: what it was done to, such as ``fivetranops_connection orders``
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
