"""Fine-tuning an encoder: recipes, training set, Trainer, distillation, and the run's folder."""
