"""Text into sentences, words and the parts of Korean words."""
