"""What the bodies of requests to Elastic's API may hold: a parser for each kind of body."""
