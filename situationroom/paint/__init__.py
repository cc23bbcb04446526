"""From lines to rows of cells: shared by screens and pictures, without a terminal."""
