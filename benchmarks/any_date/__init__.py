"""The answer for any date, against what people would otherwise use: one synthetic issuer, every answer compared."""
