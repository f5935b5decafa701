"""Connections and text tools that drivers written for SODA Delfin 1.x import."""
