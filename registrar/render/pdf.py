"""A report as a PDF."""

from registrar.report import Report


def document(report: Report) -> bytes:
    """Return a report as pages."""
    raise NotImplementedError
