"""The notes of a text: which layer each stands beside, and what it claims of it."""
