"""The chat: what a trainee's words mean.

Pure: no clock, no database, no network, no framework. The names below are all that the outside needs.
"""

from app.chat.said import Intent, Said
from app.chat.understand import understand

__all__ = ["Intent", "Said", "understand"]
