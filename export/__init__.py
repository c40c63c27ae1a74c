"""Makes models for nertag: export, quantisation, measurement."""
