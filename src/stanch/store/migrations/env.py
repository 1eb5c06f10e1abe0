"""Run by Alembic, on the connection that `stanch.store.schema` hands over."""

from alembic import context

from stanch.store import tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.METADATA, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
