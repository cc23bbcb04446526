"""The parts of the PostgreSQL source that need its driver; imported when a source is opened."""
