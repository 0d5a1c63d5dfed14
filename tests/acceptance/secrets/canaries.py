"""The secrets that are hunted, in two generations: the second is what they are rotated to.

Each has a form that is hard to hide or to find: quotes, line breaks, letters beyond ASCII, digits
only. Nothing else in a run may look like one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MARKER = "markedinvoices"
"""No secret: it stands in every place that is searched, which proves that the search works."""


class Canaries(NamedTuple):
    """One generation of secrets; each is a Terraform variable of the same name."""

    password: str
    quoted: str
    short: str
    number: str
    in_list: str
    nested: str
    token: str
    pem: str
    again: str


def _pem(letter: str) -> str:
    body = "\n".join(f"MIICanary{letter}{line}" + f"{letter}q+/{line}" * 9 for line in range(4))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


FIRST = Canaries(
    password="canary-plain-Hq7w",
    quoted='canary "quoted" \\back\\ slash & <tag> žluťoučký\ttab',
    short='"ä\\7',
    number="40917263358",
    in_list="canary-in-a-list-5Zt9",
    nested="canary-nested-inside-8kLm",
    token="canary-token-ü-2Rv6",
    pem=_pem("A"),
    again="canary-again-100%-sure?=6Tg",
)
SECOND = Canaries(
    password="canary-later-Xw3e",
    quoted='canary\nlater "quoted" \\n & <tag> příliš',
    short='ö\\"4',
    number="71826354409",
    in_list="canary-in-later-list-9Pd2",
    nested="canary-nested-later-4sBn",
    token="canary-later-token-é-7Yc1",
    pem=_pem("B"),
    again="canary-later-again-#1-Wm8",
)
API_KEY = "canary-api-key-Vb5n"
API_SECRET = "canary-api-secret-Jk2x"
LINES_OF_KEYS = 16
"""Characters from which on one line of a secret is hunted by itself."""


def hunted() -> Iterator[tuple[str, str]]:
    """Every secret, and every line of those that have several, with its name."""
    yield "api_key", API_KEY
    yield "api_secret", API_SECRET
    for generation, canaries in (("first", FIRST), ("second", SECOND)):
        for name, secret in canaries._asdict().items():
            yield f"{generation}.{name}", secret
            for number, line in enumerate(secret.splitlines()):
                if line != secret and len(line) >= LINES_OF_KEYS and not line.startswith("-----"):
                    yield f"{generation}.{name}, line {number}", line


def variables(canaries: Canaries) -> dict[str, str]:
    """The environment that hands the secrets to Terraform."""
    return {f"TF_VAR_{name}": secret for name, secret in canaries._asdict().items()}
