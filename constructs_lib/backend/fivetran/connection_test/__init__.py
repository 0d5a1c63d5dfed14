"""The resource ``fivetranops_connection_test``: the setup tests of a connection."""
