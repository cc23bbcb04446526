"""Who is who: the people of a layout and what they may do."""
