"""``python -m registrar`` is the command line."""

from registrar.cli import main

main()
