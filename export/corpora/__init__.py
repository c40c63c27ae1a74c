"""Annotated text: where it lies, how it is read, adapted, and written as labels of model input."""
