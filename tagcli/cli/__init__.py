"""The `nertag` command: options, help, defaults, completion, and a run from input to output."""
