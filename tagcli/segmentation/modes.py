"""How the lines of a text are read."""

AUTO, LINES, WRAPPED = "auto", "lines", "wrapped"
MODES = (AUTO, LINES, WRAPPED)
"""As they look, each for itself, or as wrapped paragraphs."""
