"""The Terraform plugin protocol, version 6, in Python; it knows nothing of any vendor.

A provider is written against six modules, and started by a sixth:

* ``resource``: what a resource is, and what it gets for each operation
* ``data_source``: what a data source is
* ``ephemeral_resource``: what an ephemeral resource is
* ``provider``: what a provider is: its configuration and its resources
* ``values``: the values of attributes, with unknown and dynamic ones
* ``diagnostics``: errors and warnings for the user
* ``serve``: the life of the process that Terraform launches

The others work behind them. ``servicer`` answers the calls of Terraform; it plans with ``planner``
and lays results under the plan with ``settle``. ``self_check`` checks each answer before it is
sent, by the rules in ``promises`` and the modules that end in ``_promises``.
``schema`` and ``checks`` read the JSON Schemas; ``decoding``, ``encoding`` and ``types`` speak
Terraform's encoding of values. ``handshake``, ``certificate``, ``tls`` and ``transport`` make the
connection, ``log`` writes to Terraform's log, and ``library_log`` has libraries write to it.

Nothing is imported here: Terraform launches a provider several times for each command, and the
first line of output waits for every import.
"""
