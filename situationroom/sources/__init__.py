"""Connections to what is watched: one file per type."""
