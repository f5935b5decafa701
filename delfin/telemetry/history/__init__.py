"""The short history: samples of a day and the hours of a month, in delfin's own database."""
