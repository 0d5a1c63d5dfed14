"""What a schema alone says of a plan: planner, merging of state, checks."""
