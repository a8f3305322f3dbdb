"""The simulation: the real handlers over the real adapters, seeded faults on every side, invariants that must hold."""
