"""The front door: API Gateway's HTTP API as the template describes it, the console's files, and the local helpers."""
