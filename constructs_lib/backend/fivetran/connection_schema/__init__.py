"""The resource ``fivetranops_connection_schema``."""
