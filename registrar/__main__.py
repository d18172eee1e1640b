"""``python -m registrar`` is the command line."""

from registrar.cold import main

main()
