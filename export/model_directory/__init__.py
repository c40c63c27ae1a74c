"""What a model's folder holds: the ONNX graph, the vocabulary, the card."""
