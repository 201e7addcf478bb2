"""Results as documents: pure functions to text."""
