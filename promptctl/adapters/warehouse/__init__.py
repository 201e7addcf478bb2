"""Stores of events as tables that reports ask: one interface for SQLite, DuckDB over files, and PostgreSQL.

Ibis spells the queries in each engine's SQL; the engine's own driver runs them, so that sums stay whole numbers and
nothing but aggregates comes here. Stores are only read. Ibis and drivers are imported on use.
"""
