"""The construct ``ConnectionCertificates``.

Generated as a whole from fivetranops_connection_certificates.schema.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.fivetran.connection_data import AnyConnection, BelongingConstruct
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount


class ConnectionCertificatesAttributes:
    """The attributes of the approved certificates of a connection that other resources can use."""

    # Generated from fivetranops_connection_certificates.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    certificates = attributes.string_map()
    exclusive = attributes.boolean()
    timeouts = attributes.object_value()
    approved = attributes.object_list()
    waiting = attributes.object_list()
    # End of the generated attributes.


class ConnectionCertificatesInstance(Instance, ConnectionCertificatesAttributes):
    """One instance of a ``ConnectionCertificates`` with ``count`` or ``for_each``."""


class ConnectionCertificates(BelongingConstruct, ConnectionCertificatesAttributes):
    """The TLS certificates that Fivetran trusts when it connects to the source of a connection.

    Deploying approves the certificates that are named, and revokes what is not named any more. The
    setup tests of a connection pass only if the certificate that its source shows is approved, or
    ``trust_certificates`` trusts whatever is shown.
    """

    TYPE = "fivetranops_connection_certificates"

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from fivetranops_connection_certificates.schema.json: parameters.
        connection_id: str | None = None,
        certificates: Mapping[str, str],
        exclusive: bool | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        lifecycle: Lifecycle | Mapping[str, Any] | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
        import_id: str | None = None,
        import_identity: Mapping[str, str] | None = None,
        moved_from: str | None = None,
    ) -> None:
        """Describe the approved certificates of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. A change
            replaces this resource
        :param certificates: the certificates to approve, by their hash: each value is the
            certificate in DER form, encoded in base64, as the details of the setup test show it
            under ``encoded_cert``. An empty text stands for one that is approved already: Fivetran
            does not return the encoded form
        :param exclusive: True revokes every other certificate of the connection, also one that
            somebody approved in the dashboard. False manages only those that are named here
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``,
            ``delete``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of connections to approve them for
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connection whose certificates to import
        :param import_identity: likewise, by the identity: a mapping of ``connection_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, self._with_identifier(dict(locals())))

    def at(self, key: str | int) -> ConnectionCertificatesInstance:
        """Return one of several.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionCertificatesInstance(self, key)
