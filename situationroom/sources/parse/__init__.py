"""Rows out of JSON, CSV and plain text, whichever source they came from."""
