"""What synth refuses: a rule is a small function with an id."""
