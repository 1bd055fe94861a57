"""Jobs, the worker that runs them, and the bells that wake it."""
