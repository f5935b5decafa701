"""What delfin knows of performance: samples, what is to be collected, and what is missing."""
