"""The alert service: what hears arrays, started and stopped together.

Its parts are made by whoever puts the process together (delfin/cmd/alert.py, delfin/cmd/embedded.py):
the service itself knows none of them.
"""

from __future__ import annotations

from delfin.service import Together


class AlertService(Together):
    """Runs its parts until it is stopped.

    Give what stores before what receives, so that nothing is received that cannot be kept.
    """
