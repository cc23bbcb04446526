"""Small programs the room is measured against."""
