"""Turns the errors of the API into what Terraform shows: what failed, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from constructs_lib.backend.fivetran.errors import FivetranError
from constructs_lib.backend.plugin.diagnostics import ProviderError


@contextmanager
def explained(action: str, subject: str, note: str = "") -> Iterator[None]:
    """Whatever goes wrong with the API inside becomes one diagnostic.

    :param action: such as ``create``
    :param subject: what it was done to, such as ``fivetranops_connection orders``
    :param note: a sentence on what is left behind, if that needs saying
    :raises ProviderError: with the HTTP status, the API's code and the next step
    """
    try:
        yield
    except FivetranError as error:
        parts = [f"{error}.".replace("..", "."), note, error.remedy]
        detail = "\n\n".join(part for part in parts if part)
        raise ProviderError(f"Cannot {action} {subject}", detail) from None
