"""How much is tried at the routes of providers: examples, and requests in each."""

ANY, PROVED, UNPROVED = (260, 10), (120, 5), (50, 5)
RAW = (80, 5)
TALKS, NAMES = (35, 40), (40, 2)
ALL = (ANY, PROVED, UNPROVED, RAW, TALKS, NAMES)
