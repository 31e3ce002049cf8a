"""The published warehouse: its schema, how it is built and published, its manifest, and its verification."""
