"""In-memory ports for flow and adapter tests: each keeps what it is given and keeps the port's promises."""
