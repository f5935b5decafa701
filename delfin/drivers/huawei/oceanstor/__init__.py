"""Huawei OceanStor V3, V5, V6 and Dorado."""
