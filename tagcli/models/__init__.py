"""Where a model lies, and what its files say: bundled, local, from a hub, float or int8."""
