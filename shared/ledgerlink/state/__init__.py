"""What the hub remembers: frozen models of records, links, lanes, dispatches, jobs. Pure data, folds at most."""
