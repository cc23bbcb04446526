"""Small wrong changes to the code, each of which must turn a test red."""
