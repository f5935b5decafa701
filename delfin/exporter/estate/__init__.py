"""The estate for Prometheus: what arrays there are, what they have, and how it all stands."""
