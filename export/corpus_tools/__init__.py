"""What nertag-data does: statistics, checks, conversion, and what a model gets of a text."""
