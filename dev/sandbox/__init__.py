"""A stand-in on a real port for everything outside: the AlimTalk dealer, the Kakao API and the LLM.

`python -m dev.sandbox --help` says how to start it; `dev.sandbox.client` drives it from tests; `control.py`
lists what it can be told to do.
"""
