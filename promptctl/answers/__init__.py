"""What workflows found, as plain data: one spelling for ``--json``, the HTTP API and pages, a module for each verb."""
