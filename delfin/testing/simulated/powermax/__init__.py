"""A simulated Unisphere for PowerMax, behind the drivers 'dellemc vmax' and 'dellemc pmax'."""

from delfin.testing.simulated.powermax.simulator import ARRAY, PowerMax
from delfin.testing.simulated.powermax.sizes import Sizes

__all__ = ["ARRAY", "PowerMax", "Sizes"]
