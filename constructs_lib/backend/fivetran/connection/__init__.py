"""The resource ``fivetranops_connection`` and its data sources."""
