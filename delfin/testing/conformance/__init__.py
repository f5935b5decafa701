"""What every driver must do: plain functions that give findings, as sentences."""
