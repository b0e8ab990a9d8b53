"""Opens the web app on this computer; the same as `qa serve`."""

import sys

if __name__ == "__main__":
    from qa.cli import main

    sys.exit(main(["serve", *sys.argv[1:]]))
