"""Twelve weeks of made-up trainees with the coach, day by day, and the rules held to what came out.

`people` makes trainees up, `body` says what they can really lift, `life` lets them train. `tables`, `memory`
and `loads` are the training rules written down a second time; `agenda`, `bounds` and `weeks` hold plans to
them, `checks` all of it together. `figures` counts, `picture` draws. The seed decides everything.
"""
