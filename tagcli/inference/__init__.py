"""Text into model input, and model output into entities: windows, batches, decoding."""
