"""A self-hosted user center: who may do what, where."""
