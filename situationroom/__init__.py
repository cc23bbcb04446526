"""The live room that carries a launch day or an incident day, in a terminal."""

__version__ = "0.1.0"
