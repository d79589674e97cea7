"""The history of the schema, by Alembic: forward only, the same steps on both engines."""
