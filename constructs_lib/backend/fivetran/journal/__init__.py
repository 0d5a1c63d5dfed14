"""What must survive a crash: the journal, the history of states, and their files."""
