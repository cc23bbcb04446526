"""The room as a message: text, Markdown, SVG, JSON, and its way into a chat."""
