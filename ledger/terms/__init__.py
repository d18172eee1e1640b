"""What papers promise, as pure values and arithmetic."""
