"""Connections and streams behind the sources: made again after a loss, bounded in time and memory."""
