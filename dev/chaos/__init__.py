"""`make chaos`: everything dies and misbehaves at random, and nobody gets a message twice or never.

`stage` starts the system, `clients` register notices, `dealer` and `faults` do the harm, `facts` reads what
happened, `verdict` counts it, `report` tells it.
"""
