"""The registers as reports: the statement of a holder, the list of holders for a meeting, the certificates."""
