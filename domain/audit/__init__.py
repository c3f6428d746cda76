"""Who changed what, who looked at whom: written in the transaction of what it tells of."""
