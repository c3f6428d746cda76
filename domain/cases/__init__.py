"""An application as a case: how it moves, whose turn it is, how often it may be sent."""
