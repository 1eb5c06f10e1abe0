"""Where on-call rotas are kept by others: one module a service."""
