"""What the sandbox of any API needs: server, database, faults, journal."""
