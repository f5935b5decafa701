"""How the rows of one array hang together: host, initiator, masking view, port, volume, pool, disk."""
