"""Storage profiles: which pools meet what somebody wants, and why the others do not."""
