"""Console scripts, a few lines each."""
