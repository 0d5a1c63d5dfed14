"""The life of a provider's process.

Terraform waits for one line on standard output, and it starts a provider three to five times for
each command. So this module imports little: the server is loaded after the line, while Terraform
connects, and the messages and the provider with the first call that needs them.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from constructs_lib.backend.plugin import fork_request, log
from constructs_lib.backend.plugin.server import handshake
from constructs_lib.backend.plugin.server.handshake import HandshakeError, ProviderSocket

_STANDARD_OUTPUT = 1
_NEW_OBJECTS = 50_000
"""So many new objects are looked through for garbage at once. A call leaves hardly any, but what is
loaded for it makes tens of thousands that stay: by default, each 700 of them would be."""
_PRELOAD = (
    "constructs_lib.backend.plugin.protocol.messages",
    "constructs_lib.backend.plugin.protocol.conversion",
    "constructs_lib.backend.plugin.protocol.validation_calls",
    "constructs_lib.backend.plugin.protocol.provider_calls",
    "constructs_lib.backend.plugin.protocol.resource_calls",
    "constructs_lib.backend.plugin.protocol.consistency_check",
    "constructs_lib.backend.plugin.protocol.identity_check",
)
"""What the later processes of a Terraform need of this package, in that order."""

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.provider import Provider
    from constructs_lib.backend.plugin.server.tls import Certificate


def serve(
    load: Callable[[], Provider],
    *,
    source: str,
    schemas: str = "",
    identities: str = "",
    arguments: Sequence[str] = (),
    preload: Sequence[str] = (),
) -> int:
    """Serve a provider until Terraform ends it; then the process exits.

    It returns, with the exit status, only if there is nothing to serve.

    :param load: imports and makes the provider; called when something else than schemas is wanted
    :param source: the provider's address, such as ``registry.terraform.io/acme/toy``
    :param schemas: the file with the prepared response about the schemas; it is made from them when
        it is asked for where there is no such file
    :param identities: the same for the response about the schemas of identities
    :param arguments: the command line; ``--debug`` serves without Terraform having started it, and
        prints the variable that makes Terraform connect; ``--handshake=3`` names the descriptor
        that Terraform reads, where it is not standard output
    :param preload: what the next processes of this Terraform will need of the provider, in that
        order: modules, or functions to call as ``module:function`` (:mod:`fork_server`)
    """
    start = _Start(arguments, schemas, identities)
    if fork_request.is_possible(arguments):
        start.preload = (*_PRELOAD, *preload)
    if not start.debug and not handshake.is_launched_by_terraform(os.environ):
        sys.stderr.write(handshake.STARTED_BY_HAND)
        return 1
    return _exit_at_once(_begin(load, source, start))


def _begin(load: Callable[[], Provider], source: str, start: _Start) -> int:
    # Terraform handles an interrupt itself, and still needs us until all operations have ended.
    signal.signal(signal.SIGINT, signal.default_int_handler if start.debug else signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _exit_early)
    try:
        if not start.debug:
            handshake.check_protocol(os.environ)
        endpoint = ProviderSocket()
    except HandshakeError as error:
        return _refuse(str(error), start.output)
    return _serve_until_end(load, source, endpoint, start)


class _Start:
    """How the process was started."""

    def __init__(self, arguments: Sequence[str], schemas: str, identities: str) -> None:
        self.schemas, self.identities = schemas, identities
        # Terraform may be killed while the rest is imported, and then somebody else is the parent.
        self.parent = os.getppid()
        self.debug = "--debug" in arguments
        self.is_terraform_gone: Callable[[], bool] = lambda: os.getppid() != self.parent
        """Tells whether the Terraform that started the process has ended."""
        self.preload: tuple[str, ...] = ()
        """The modules that a fork server should import; empty to start none."""
        self.output = _STANDARD_OUTPUT
        """The descriptor from which Terraform reads the handshake."""
        for argument in arguments:
            if argument.startswith(fork_request.HANDSHAKE):
                self.output = int(argument[len(fork_request.HANDSHAKE) :])
                os.set_inheritable(self.output, False)  # Terraform waits for its end.


def _serve_until_end(
    load: Callable[[], Provider], source: str, endpoint: ProviderSocket, start: _Start
) -> int:
    # All that is made at the start stays; to look for garbage in it only takes time.
    gc.disable()
    is_announced = False
    try:
        certificate = None if start.debug else _certificate()
        der = certificate.der if certificate else b""
        line = handshake.handshake_line(endpoint.path, der)
        _write(start.output, _reattach(source, endpoint.path) if start.debug else line)
        is_announced = True
        _run(load, source, endpoint, certificate, start)
    except (KeyboardInterrupt, SystemExit):
        return 0
    except BaseException as error:
        from constructs_lib.backend.plugin import diagnostics

        fault = f"{type(error).__name__} at {' < '.join(diagnostics.crash_places(error))}"
        if not is_announced:
            return _refuse(fault, start.output)
        log.error(fault)
        return 1
    finally:
        endpoint.close()
    return 0


def _start_fork_server(
    load: Callable[[], Provider], source: str, endpoint: ProviderSocket, start: _Start
) -> None:
    from constructs_lib.backend.plugin import fork_server

    def serve_in_fork(output: int, is_terraform_gone: Callable[[], bool]) -> int:
        start.output, start.is_terraform_gone, start.preload = output, is_terraform_gone, ()
        log.debug(f"served by a fork of process {os.getppid()}")
        return _begin(load, source, start)

    def release() -> None:
        endpoint.release()
        os.close(start.output)

    fork_server.start(source.rpartition("/")[2], start.preload, serve_in_fork, release)


def _write(output: int, line: str) -> None:
    os.write(output, os.fsencode(line + "\n"))


def _refuse(problem: str, output: int) -> int:
    """Write the problem in place of the handshake, which Terraform shows, and to standard error,
    which Terraform hides, but a person who starts the program sees.
    """
    sentence = f"The provider cannot start: {problem}."
    with suppress(OSError):
        _write(output, sentence)
    sys.stderr.write(f"{sentence}\n")
    return 1


def _certificate() -> Certificate | None:
    """Return the server's certificate; None if Terraform sends none, which asks for plaintext."""
    if not os.environ.get(handshake.CLIENT_CERTIFICATE):
        return None
    from constructs_lib.backend.plugin.server import tls

    return tls.create_certificate()


def _reattach(source: str, path: str) -> str:
    """Return the variable for Terraform's environment that makes it connect to this process."""
    import json

    address = {"Network": "unix", "String": path}
    entry = {
        "Protocol": "grpc",
        "ProtocolVersion": handshake.PROTOCOL,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": address,
    }
    return f"TF_REATTACH_PROVIDERS='{json.dumps({source: entry})}'"


def _run(
    load: Callable[[], Provider],
    source: str,
    endpoint: ProviderSocket,
    certificate: Certificate | None,
    start: _Start,
) -> None:
    from constructs_lib.backend.plugin.protocol import dispatcher
    from constructs_lib.backend.plugin.protocol.session import Session
    from constructs_lib.backend.plugin.server import tls
    from constructs_lib.backend.plugin.server.grpc_server import GrpcServer, TerraformWatch

    if start.preload and not start.is_terraform_gone():
        _start_fork_server(load, source, endpoint, start)
    log.await_libraries()
    session = Session(
        partial(_load, load),
        is_launched=not start.debug,
        prepared_schemas=(not start.debug and _read_if_present(start.schemas)) or b"",
        prepared_identities=None if start.debug else _read_if_present(start.identities),
    )
    context = None
    if certificate is not None:
        client = os.environ[handshake.CLIENT_CERTIFICATE]
        context = tls.tls_context(certificate, client, endpoint.directory)
    output = None if start.debug else start.output
    watch = TerraformWatch(start.is_terraform_gone, output, expects_calls=not start.debug)
    server = GrpcServer(
        dispatcher.methods(session),
        session.stop,
        streams=dispatcher.streams(session),
        is_immediate=partial(dispatcher.is_immediate, session),
        urgent=dispatcher.URGENT,
        debug=start.debug,
        watch=watch,
    )
    try:
        clean_up = partial(handshake.remove_stale_directories, endpoint.directory)
        server.run(endpoint.listener, context, clean_up)
    finally:
        session.close()


def _load(load: Callable[[], Provider]) -> Provider:
    """Load the provider; only what is made from then on may become garbage."""
    provider = load()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()
    return provider


def _read_if_present(file: str) -> bytes | None:
    with suppress(OSError), open(file, "rb") as stream:
        return stream.read()
    return None


def _exit_early(number: int, frame: FrameType | None) -> NoReturn:
    """End before the server runs, and remove the directory on the way out."""
    raise SystemExit(128 + number)


def _exit_at_once(status: int) -> NoReturn:
    """End at once: the interpreter would wait for threads that nobody needs any more."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # Whoever reads it may be gone.
            stream.flush()
    os._exit(status)
