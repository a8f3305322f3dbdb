"""Runs functions as Lambda does: a process per environment, its Runtime API, timeouts, crashes, fresh code."""
