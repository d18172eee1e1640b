"""Facts in and out of files, as bytes: other people's formats, and our own. No module here opens a file."""
