"""Models against gold: predictions, scores, losses by token, and wrong spans."""
