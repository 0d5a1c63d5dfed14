"""The resource ``fivetranops_connection_sync``: a sync or re-sync of a connection."""
