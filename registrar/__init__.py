"""Where people and machines meet the ledger: the command line and what it prints."""
