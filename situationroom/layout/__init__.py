"""Layouts: one YAML file becomes one frozen :class:`~situationroom.layout.models.Layout`."""
