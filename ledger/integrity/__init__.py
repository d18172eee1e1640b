"""Evidence: a tree over the leaves of a record, and what is given away of it. Bytes in, verdict out."""
