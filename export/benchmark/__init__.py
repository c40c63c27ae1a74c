"""nertag beside its peers on the same text, in turns: speed, memory and F1."""
