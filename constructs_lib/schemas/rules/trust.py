"""The rules of certificates and fingerprints that a connection trusts.

The contract says of a certificate that it is encoded in base64, and of a fingerprint that its
public key is that of SSH. It does not say how their hashes are made. So a hash is compared only
where its own form says so: hexadecimal digits as many as SHA-1 or SHA-256 has, and the form in
which OpenSSH prints a fingerprint. A hash in base64 that is none of these digests is a doubt, which
the provider tells once, before it approves: :func:`doubtful_hashes`.

===========================  =======================================================================
rule                         finds
===========================  =======================================================================
``certificate-form``         a value that is no certificate in DER form, in base64
``certificate-hash``         a certificate that is another one than its hash says
``certificate-hash-form``    a hash that is right, and not in padded base64 (a warning)
``fingerprint-form``         a value that is no public key of SSH (a warning where it may be one)
``fingerprint-hash``         a public key that is another one than its hash says
``fingerprint-hash-form``    a hash that is right, and not in padded base64 (a warning)
===========================  =======================================================================

Sources: https://fivetran.com/docs/rest-api/api-reference/certificates; ITU-T X.690 (DER); RFC 4253,
section 6.6 (public keys of SSH).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from constructs_lib.schemas.rules.rule import Inputs, Problem, Rule, Severity

_PEM: Final = "-----BEGIN"
_DIGESTS: Final = {20: "sha1", 32: "sha256"}
"""The digests by their length in bytes."""
_SSH_PREFIX: Final = "SHA256:"
_HEX: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_KEY_TYPE: Final = re.compile(r"(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+")
_SEQUENCE: Final = 0x30
_LONG_FORM: Final = 0x80
_PARTS_OF_A_CERTIFICATE: Final = 3
_SIGNED: Final = "the hash of this value"

Content = Callable[[str], "bytes | None"]
"""Returns the bytes that a hash is made of; None if the value has another form."""


def certificate_content(encoded: str) -> bytes | None:
    """Return the DER form of a certificate; None if the text is not the base64 of one."""
    content = _decoded(encoded)
    if content is None:
        return None
    inner = _inside_sequence(content)
    parts = 0 if inner is None else _count_elements(inner)
    return content if parts == _PARTS_OF_A_CERTIFICATE else None


def public_key_content(text: str) -> bytes | None:
    """Return the bytes of a public key of SSH; None if the text is not one.

    :param text: such as ``ssh-ed25519 AAAA… comment``, or its base64 part alone
    """
    words = text.split()
    named = words[0] if len(words) > 1 else None
    content = _decoded(words[1] if named else text.strip())
    if content is None or len(content) < 4:
        return None
    length = int.from_bytes(content[:4], "big")
    kind = content[4 : 4 + length].decode("ascii", "replace")
    is_key = _KEY_TYPE.fullmatch(kind) is not None and len(content) > 4 + length
    return content if is_key and named in (None, kind) else None


def trust_rules(attribute: str) -> tuple[Rule, ...]:
    """Return the rules of a resource with approved certificates or fingerprints.

    :param attribute: ``certificates`` or ``fingerprints``, whose keys are hashes
    """
    noun, form, content = _FORMS[attribute]
    certain = partial(_hash_fits, attribute, content)
    hash_form = partial(_hash_form, attribute, content)
    return (
        Rule(f"{noun}-form", (attribute,), partial(form, attribute), attribute, f"No {noun}"),
        Rule(f"{noun}-hash", (attribute,), certain, attribute, f"Another {noun} than its hash"),
        Rule(f"{noun}-hash-form", (attribute,), hash_form, attribute, f"A hash of a {noun}"),
    )


def rules(name: str) -> tuple[Rule, ...]:
    """Return the rules of a resource, whose name ends with that of the attribute."""
    return trust_rules(name.rpartition("_")[2])


def doubtful_hashes(attribute: str, values: Mapping[str, Any]) -> list[str]:
    """Return the hashes that look like a digest, and are not that of their value.

    :param attribute: ``certificates`` or ``fingerprints``
    :param values: hashes with their values; what is not known yet is no text, and is skipped
    """
    content = _FORMS[attribute][2]
    return [
        name
        for name, value in values.items()
        if isinstance(value, str) and value and not _certain_digest(name)
        if not _agrees(_decoded_digest(name), content(value))
    ]


def _certificate_form(attribute: str, inputs: Inputs) -> Iterator[Problem]:
    for name, value in _given(inputs[attribute]):
        if _PEM in value:
            hint = (
                "leave out the lines BEGIN and END and all line breaks; or convert it with "
                "openssl x509 -in FILE -outform DER | base64 -w0"
            )
            allowed = "its DER form in base64, on one line"
            yield Problem((attribute, name), "a certificate in PEM form", allowed, hint)
        elif certificate_content(value) is None:
            allowed = "a certificate in DER form, encoded in base64, on one line"
            if found := _blanks_in_certificate(value):
                hint = (
                    "remove them: .strip() in Python and trimspace() in HCL remove those at the "
                    "ends"
                )
            else:
                found = "text that is not the base64 of a certificate"
                hint = "copy encoded_cert from the details of the setup test, or from waiting"
            yield Problem((attribute, name), found, allowed, hint)


def _blanks_in_certificate(value: str) -> str:
    """Return where the blanks are in a text that is a certificate without them; empty if it is not
    one even then.
    """
    bare = "".join(value.split())
    if certificate_content(bare) is None:
        return ""
    if value.rstrip() == bare and not value[len(bare) :].strip("\r\n"):
        return "a certificate with a line break at its end"
    place = "around it" if value.strip() == bare else "in it"
    return f"a certificate with line breaks or blanks {place}"


def _fingerprint_form(attribute: str, inputs: Inputs) -> Iterator[Problem]:
    allowed = "an SSH public key, such as ssh-ed25519 AAAA…"
    for name, value in _given(inputs[attribute]):
        words = value.split()
        if _PEM in value:
            found = "a key in PEM form"
            hint = "take the key that ssh-keyscan prints after the host; never a private one"
            yield Problem((attribute, name), found, allowed, hint)
        elif len(words) > 2 and public_key_content(" ".join(words[1:])) is not None:
            found = "a line of ssh-keyscan or known_hosts"
            hint = "leave out the host, its first word: the key begins with its type"
            yield Problem((attribute, name), found, allowed, hint)
        elif public_key_content(value) is None:
            is_named = bool(words) and any(_KEY_TYPE.fullmatch(word) for word in words[:2])
            hint = "copy public_key from the details of the setup test, or from waiting"
            found = "text that is not an SSH public key"
            severity: Severity = "error" if is_named else "warning"
            yield Problem((attribute, name), found, allowed, hint, severity)


def _hash_fits(attribute: str, content: Content, inputs: Inputs) -> Iterator[Problem]:
    for name, value in _given(inputs[attribute]):
        digest, hashed = _certain_digest(name), content(value)
        if digest and hashed is not None and not _agrees(digest, hashed):
            found = f"the {_DIGESTS[len(digest)].upper()} digest of another value"
            hint = "copy hash and value from the same details of the setup test, or from waiting"
            yield Problem((attribute, name), found, _SIGNED, hint)


def _hash_form(attribute: str, content: Content, inputs: Inputs) -> Iterator[Problem]:
    """Warn of the right digest in a form that setup tests do not show."""
    for name, value in _given(inputs[attribute]):
        hashed = content(value)
        if hashed is not None and (padded := _padded_form(name, hashed)):
            found = "the digest of this value, in a form that setup tests do not show"
            hint = "write that one, unless the details of the setup test show yours"
            yield Problem((attribute, name), found, f"{padded}, in padded base64", hint, "warning")


def _padded_form(name: str, content: bytes) -> str:
    """Return the padded base64 of a digest that has the form of OpenSSH, or lacks its end, or is in
    Base64URL; empty if the hash is anything else.
    """
    bare = name.removeprefix(_SSH_PREFIX)
    digest = _decoded_digest(bare)
    if digest is None or not _agrees(digest, content):
        return ""
    padded = base64.b64encode(digest).decode()
    return "" if padded == name else padded


_FORMS: Final = {
    "certificates": ("certificate", _certificate_form, certificate_content),
    "fingerprints": ("fingerprint", _fingerprint_form, public_key_content),
}


def _given(values: Any) -> Iterator[tuple[str, str]]:
    """Yield the values to check: an empty text stands for what is approved already."""
    if isinstance(values, dict):
        for name, value in values.items():
            if isinstance(value, str) and value:
                yield name, value


def _agrees(digest: bytes | None, content: bytes | None) -> bool:
    """Return False if a digest is that of other content."""
    if digest is None or content is None:
        return True
    return hashlib.new(_DIGESTS[len(digest)], content, usedforsecurity=False).digest() == digest


def _certain_digest(name: str) -> bytes | None:
    """Return the digest that a hash is by its form; None if its form does not say so."""
    if name.startswith(_SSH_PREFIX):
        return _sized(_decoded(_padded(name.removeprefix(_SSH_PREFIX))))
    digits = name.replace(":", "").lower()
    return bytes.fromhex(digits) if _HEX.fullmatch(digits) else None


def _decoded_digest(name: str) -> bytes | None:
    """Return the digest that a hash in base64 may be; None if it has another length."""
    return _sized(_decoded(_padded(name.replace("-", "+").replace("_", "/"))))


def _sized(content: bytes | None) -> bytes | None:
    return content if content is not None and len(content) in _DIGESTS else None


def _padded(text: str) -> str:
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % 4)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _inside_sequence(content: bytes) -> bytes | None:
    """Return what a DER sequence holds; None if the content is not exactly one."""
    found = _element(content)
    if found is None or content[0] != _SEQUENCE:
        return None
    begin, end = found
    return content[begin:end] if end == len(content) else None


def _count_elements(content: bytes) -> int:
    """Return how many DER elements follow each other; 0 if the content is something else."""
    number = 0
    while content:
        found = _element(content)
        if found is None:
            return 0
        content, number = content[found[1] :], number + 1
    return number


def _element(content: bytes) -> tuple[int, int] | None:
    """Return where the first DER element has its content; None if it is cut off."""
    if len(content) < 2:
        return None
    length, begin = content[1], 2
    if length >= _LONG_FORM:
        digits = length - _LONG_FORM
        length, begin = int.from_bytes(content[2 : 2 + digits], "big"), 2 + digits
    end = begin + length
    return (begin, end) if end <= len(content) else None
