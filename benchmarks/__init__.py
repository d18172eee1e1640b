"""How fast it is, in ratios: each benchmark runs us and something else in turn, and compares the answers."""
