"""Drivers for arrays of Huawei."""
