"""The shape of what comes in and goes out, without a look at the database."""
