"""The sandbox of connection schemas."""
