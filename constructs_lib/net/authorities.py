"""The certificate authorities to trust beside those that come with Python's HTTP library.

A company whose proxy opens TLS has an authority of its own, and names its file in a variable of the
environment. The first of these that is set holds, for both vendors:

======================  ========================================================================
variable                names
======================  ========================================================================
``REQUESTS_CA_BUNDLE``  a PEM file, or a folder as ``openssl rehash`` makes it
``CURL_CA_BUNDLE``      the same
``SSL_CERT_FILE``       a PEM file; most programs know it
``SSL_CERT_DIR``        a folder
======================  ========================================================================
"""

from __future__ import annotations

import os
import ssl

_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def path() -> str | None:
    """Return the file or folder that the environment names; None if it names none."""
    name = _variable()
    return None if name is None else os.environ[name]


def problem() -> tuple[str, str] | None:
    """Return why the authorities that the environment names cannot be used: the variable, and the
    reason in words. None if it names none, or some that can be read.
    """
    name = _variable()
    found = None if name is None else _problem(os.environ[name])
    return None if name is None or found is None else (name, found)


REMEDY = (
    "It must name a PEM file with the certificates of the authorities to trust, or a folder of "
    "such. Correct the variable, or unset it to trust the usual authorities."
)
"""What to do about a problem."""


def file_problem(file: str) -> str | None:
    """Return why a file of authorities cannot be used, in words; None if it can."""
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        return error.strerror if _is_systems(error) else "it holds no certificate in PEM form"
    except ValueError:
        return "it is no name of a file"
    return None


def _variable() -> str | None:
    return next((name for name in _VARIABLES if os.environ.get(name)), None)


def _problem(named: str) -> str | None:
    if not os.path.isdir(named):
        found = file_problem(named)
        return None if found is None else f"{named!r}: {found}"
    return None if os.access(named, os.R_OK | os.X_OK) else f"{named!r}: Permission denied"


def _is_systems(error: OSError) -> bool:
    # An error of TLS is one of the system to Python, too, and has words of its own.
    return not isinstance(error, ssl.SSLError)
