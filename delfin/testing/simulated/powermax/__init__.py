"""A simulated Unisphere for PowerMax with several arrays, for the drivers 'dellemc vmax' and 'pmax'."""

from delfin.testing.simulated.powermax.simulator import PowerMax
from delfin.testing.simulated.powermax.sizes import Sizes

__all__ = ["PowerMax", "Sizes"]
