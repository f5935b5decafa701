"""The message bus: transport set-up, the in-process driver and the doorbell."""
