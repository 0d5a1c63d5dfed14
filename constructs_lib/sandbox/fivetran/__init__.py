"""A local stand-in for Fivetran's REST API."""
