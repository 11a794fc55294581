"""Each operation of the Atlas Admin API that the sandbox answers."""
