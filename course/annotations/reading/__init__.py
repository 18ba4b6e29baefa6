"""A text that holds Keras code or a printed summary, read into layers."""
