"""Output formats, one module each: tagged documents into text."""
