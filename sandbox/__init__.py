"""An Atlas Admin API that runs on this machine: a seeded organization with a bill.

What clients make, change and delete is remembered for as long as it runs, and billed.

It shares no code with the platform that reads it and knows its own true totals, so it can be a
witness: `GET /sandbox/truth` says what any reader of its invoices must arrive at.
"""

from sandbox.server import RunningSandbox, running, serve

__all__ = ["RunningSandbox", "running", "serve"]
