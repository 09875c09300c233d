"""``python -m pinprick``: the command line, where its script is not on the path."""

from pinprick.cli import main

if __name__ == "__main__":
    main()
