"""What follows from a schema alone: checks of a configuration, the plan, and the merged state."""
