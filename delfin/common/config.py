"""The name by which drivers written for SODA Delfin 1.x reach the configuration.

Importing it registers nothing: option groups are registered by the process that starts.
"""

from __future__ import annotations

from oslo_config import cfg

CONF = cfg.CONF
