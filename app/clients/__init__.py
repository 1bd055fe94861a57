"""One class per provider: a request with a deadline in, plain data or one exception out."""
