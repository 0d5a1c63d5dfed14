"""The construct ``ConnectionSchema``.

Generated as a whole from fivetranops_connection_schema.schema.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.fivetran.connection_data import AnyConnection, BelongingConstruct
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount


class ConnectionSchemaAttributes:
    """The attributes of the schema configuration of a connection that other resources can use."""

    # Generated from fivetranops_connection_schema.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    schema_change_handling = attributes.string()
    schemas = attributes.object_value()
    is_type_locked = attributes.boolean()
    reload = attributes.string()
    timeouts = attributes.object_value()
    # End of the generated attributes.


class ConnectionSchemaInstance(Instance, ConnectionSchemaAttributes):
    """One instance of a ``ConnectionSchema`` with ``count`` or ``for_each``."""


class ConnectionSchema(BelongingConstruct, ConnectionSchemaAttributes):
    """The schema configuration of a connection: what of its source is synced, and how.

    Only what is named is managed: whatever the source adds by itself is no change. Names that the
    source does not have, and settings that Fivetran does not let anybody change, are errors of the
    plan. Deploying sends one request with what changed. Destroying leaves all settings as they are.
    """

    TYPE = "fivetranops_connection_schema"

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from fivetranops_connection_schema.schema.json: parameters.
        connection_id: str | None = None,
        schema_change_handling: Literal["ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL"] | None = None,
        schemas: Mapping[str, Any] | None = None,
        is_type_locked: bool | None = None,
        reload: Literal["never", "if_missing", "always"] | None = None,
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
        """Describe the schema configuration of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. A change
            replaces this resource, and leaves the other connection as it is
        :param schema_change_handling: what becomes of that which appears in the source later:
            ``ALLOW_ALL`` syncs new schemas, tables and columns, ``ALLOW_COLUMNS`` new columns
            alone, ``BLOCK_ALL`` none of them. Left out, it is read and not managed
        :param schemas: the schemas by name, as the source spells it. A schema has enabled and
            tables; a table has enabled, ``sync_mode`` (``SOFT_DELETE``, HISTORY, LIVE) and columns;
            a column has enabled, hashed and ``is_primary_key``. Each part is optional, and None is
            as if it were left out. What is not named is not managed
        :param is_type_locked: True locks the data types in the destination to those of the source.
            No response has it, so a change by somebody else is not seen
        :param reload: whether an apply has Fivetran read the schema from the source first, by POST
            /v1/connections/{id}/schemas/reload, which changes no setting: ``if_missing`` (default)
            only if that was ``never`` done, ``always`` before each change. ``never`` sends what is
            named ahead, for Fivetran to apply at the first sync
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of schema configurations
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connection, to take its schema configuration over
        :param import_identity: likewise, by the identity: a mapping of ``connection_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, self._with_identifier(dict(locals())))

    def at(self, key: str | int) -> ConnectionSchemaInstance:
        """Return one of several.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionSchemaInstance(self, key)
