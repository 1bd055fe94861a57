"""`make bench`: what the service does, each measurement against its floor in the same run.

A floor is the least that could do the same job: it says how much the service adds, which a bare figure of a
machine that others use at the same time does not.
"""
