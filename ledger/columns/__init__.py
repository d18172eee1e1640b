"""Movements in columns of integers, sorted by when they take effect: no day needs a walk through all.

It needs NumPy, which the extra ``columns`` installs. All of it is derived from the entries, and never the truth.
"""
