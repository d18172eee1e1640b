"""What facts come to in one reading of the open days: awards and their pools, and the prices papers convert at.

Commands read it to propose what comes next, and projections to answer; neither is asked for it by the other.
"""
