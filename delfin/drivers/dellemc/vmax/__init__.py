"""The driver for VMAX and PowerMax arrays behind Unisphere, also several behind one."""
