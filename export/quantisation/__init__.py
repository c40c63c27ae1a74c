"""Float models made small: the methods, their graphs, calibration, and their comparison."""
