"""A stand-in for Xero to develop, test and rehearse against: its sign-in, its accounting API, its webhooks, its moods.

It shares no code with the hub, so that a misreading of Xero on one side is not repeated on the other.
`docs/simulator.md` says how to use it; `facts/xero.md` is what it is faithful to.
"""
