"""A simulated Huawei OceanStor: speaks the array's REST interface on a real socket."""

from delfin.testing.simulated.oceanstor.simulator import OceanStor
from delfin.testing.simulated.oceanstor.sizes import Sizes

__all__ = ["OceanStor", "Sizes"]
