"""Broken inputs by the million, for the readers, the whole chain and the command.

`python -m tests.fuzzing --level readers --cases 1000000 --seed 1` counts what came of them and
exits with 1 where that was neither a reading without loss nor one clear error.
"""
