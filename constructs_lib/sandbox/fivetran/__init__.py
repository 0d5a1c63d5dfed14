"""The sandbox of Fivetran's REST API."""
