"""The resource ``fivetranops_connection_state``: the state (cursor) of a connection."""
