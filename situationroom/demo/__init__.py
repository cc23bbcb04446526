"""The simulated outside for demos, rehearsals and tests."""
