"""The parts that the sandboxes of both APIs share: server, database, faults, journal."""
