"""A page for Prometheus to scrape: the newest sample of each series, on every task node."""
