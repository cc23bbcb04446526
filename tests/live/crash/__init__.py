"""Killing the program at seeded points, and judging from what is left whether it kept its word.

``python -m tests.live.crash --points 1000 --seed 7`` does it from a shell; ``tests/live/test_crash.py`` does
a part of it. Linux alone.
"""
