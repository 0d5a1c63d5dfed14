"""What a source has shown and nobody has approved, as the setup tests tell it.

The API lists only what is approved. What waits for approval is in the ``details`` of the setup test
that failed because of it: an object or a list of objects, each with ``hash`` and either
``encoded_cert`` or ``public_key``. The contract leaves the form of ``details`` open, so they are
searched at any depth, and their JSON text as well.

Source: https://fivetran.com/docs/rest-api/certificates
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.records import NamedTuple

_DEEPEST = 8
_LONGEST_SHOWN = 800
"""Characters of a public key in a message: one of RSA with 4096 bits has fewer."""
_NOT_ACCEPTED = ("FAILED", "JOB_FAILED", "WARNING")


class Kind(NamedTuple):
    """One kind of what a connection trusts."""

    noun: str
    """What messages call one."""
    plural: str
    """The last part of its path, and the attribute that names the hashes."""
    value: str
    """The field that an approval sends besides ``hash``, and that details have."""

    is_short: bool
    """True if a message has room for the value: a public key is a line, a certificate many."""

    @property
    def resource(self) -> str:
        """The resource that approves them."""
        return f"fivetranops_connection_{self.plural}"


CERTIFICATE = Kind("certificate", "certificates", "encoded_cert", is_short=False)
FINGERPRINT = Kind("fingerprint", "fingerprints", "public_key", is_short=True)
# A certificate is shown with its public key as well, so it comes first.
KINDS = (CERTIFICATE, FINGERPRINT)


class Waiting(NamedTuple):
    """A certificate or fingerprint that a source has shown."""

    kind: Kind
    hash: str
    value: str
    """What has to be given to approve it."""
    name: str | None
    """The name of a certificate, if details have one."""

    def __str__(self) -> str:
        named = f" ({self.name})" if self.name else ""
        return (
            f"The source shows a {self.kind.noun} that nobody has approved: hash "
            f"{self.hash}{named}. If it is the right one, add it to {self.kind.plural} of "
            f"{self.kind.resource}. {self._where()}"
        )

    def _where(self) -> str:
        """Return the value to give for the hash, or how to read it."""
        if self.kind.is_short and len(self.value) <= _LONGEST_SHOWN:
            return f"Its {self.kind.value} is: {self.value}"
        return (
            f"Its {self.kind.value} is in the attribute waiting of that resource after 'terraform "
            "apply -refresh-only' or 'cdktf deploy --refresh-only'."
        )


def shown_by(tests: Any) -> list[Waiting]:
    """Return what setup tests that did not pass have shown, each once, sorted by hash.

    :param tests: ``setup_tests`` of an answer; anything but a list shows nothing
    """
    found: dict[tuple[str, str], Waiting] = {}
    for test in tests if isinstance(tests, list) else ():
        if isinstance(test, dict) and normalized_word(test.get("status")).upper() in _NOT_ACCEPTED:
            for each in _in_details(test.get("details"), _DEEPEST):
                found.setdefault((each.kind.plural, each.hash), each)
    return [found[key] for key in sorted(found)]


def advice(tests: Any) -> str:
    """Return a sentence for each certificate or fingerprint that waits; empty if none does."""
    return "\n".join(map(str, shown_by(tests)))


def _in_details(details: Any, levels: int) -> Iterator[Waiting]:
    if levels == 0:
        return
    if isinstance(details, str) and details.lstrip()[:1] in ("{", "["):
        details = _parsed(details)
    if isinstance(details, list):
        for item in details:
            yield from _in_details(item, levels - 1)
    if isinstance(details, dict):
        found = _waiting(details)
        if found is not None:
            yield found
            return
        for inner in details.values():
            yield from _in_details(inner, levels - 1)


def _waiting(details: dict[str, Any]) -> Waiting | None:
    hash_, name = details.get("hash"), details.get("name")
    if not jsontext.is_text(hash_) or not hash_:
        return None
    for kind in KINDS:
        value = details.get(kind.value)
        if jsontext.is_text(value) and value:
            return Waiting(kind, hash_, value, name if jsontext.is_text(name) else None)
    return None


def _parsed(text: str) -> Any:
    try:
        return jsontext.loads(text)
    except ValueError:
        return None
