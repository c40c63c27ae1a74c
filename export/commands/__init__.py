"""The commands: one file each, which parses its arguments and calls what works from Python."""
