"""One open pane of glass for every storage array a company owns."""
