"""A report in every format: each module is one, and imports its library only when it writes."""
