"""The append-only record of everything that was asked, fired and decided."""
