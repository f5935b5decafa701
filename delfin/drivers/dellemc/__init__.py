"""Drivers for arrays of Dell, which sells them under the brand that was EMC's."""
