"""Run by Alembic, on the connection that `stanch.store.schema` hands over."""

from alembic import context

from stanch.store.tables import SQLModel

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
