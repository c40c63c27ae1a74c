"""Where results go: files that are whole or partial, and the journal of a run that can go on."""
