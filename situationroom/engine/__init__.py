"""The running room: its feeds, rules and history. Knows no screen."""
