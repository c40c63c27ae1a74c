"""Input formats, one module each: lines of a file into documents."""
