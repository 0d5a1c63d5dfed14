"""A framework for Terraform providers in Python (plugin protocol 6); it knows no vendor.

A provider is written against these modules:

* ``resource``: what a resource is, and what it gets for each operation
* ``data_source``: what a data source is
* ``ephemeral_resource``: what an ephemeral resource is
* ``list_resource``: what a list resource is, which finds objects for ``terraform query``
* ``action``: what an action is, which Terraform invokes
* ``provider``: what a provider is: its configuration and its resources
* ``values.value``: the values of attributes, with unknown and dynamic ones
* ``diagnostics``: errors and warnings for the user
* ``serve``: the life of the process that Terraform launches

The packages do the work behind them:

* ``values``: Terraform's types, and the encoding of values
* ``planning``: the checks and the plan that follow from a schema, and the merging of states
* ``consistency``: Terraform's rules for what a provider returns
* ``protocol``: the messages, the calls, and the check of each response before it is sent
* ``server``: the handshake, mutual TLS, and gRPC over HTTP/2

``log`` writes to Terraform's log, and ``concurrency`` runs calls in threads and counts them.

Nothing is imported here: Terraform launches a provider several times for each command, and the
first line of output waits for every import.
"""
