"""What the targets of a LiteLLM control can do: one class a family."""
