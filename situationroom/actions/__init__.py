"""What may be fired: one file per kind, and the one door that fires them."""
