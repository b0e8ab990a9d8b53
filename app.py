"""Opens the web app on this computer; the same as `qa serve`. A Hugging Face Space runs this file as it is."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parent / "src"))  # a Space installs what we need, but not this package
    from qa.cli import main

    arguments = ["serve"]
    if os.environ.get("SPACE_ID"):  # set on a Space, where nobody could be told to run the command that builds the index
        built = main(["index", "--if-needed"])
        if built:
            sys.exit(built)
        arguments += ["--host", os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0"), "--port", os.environ.get("GRADIO_SERVER_PORT", "7860")]  # its proxy asks from outside  # nosec B104
    sys.exit(main([*arguments, *sys.argv[1:]]))
