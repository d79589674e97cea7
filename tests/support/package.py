"""Where the package under test is: the sources, or where a wheel was installed."""

from pathlib import Path

import aerogram

PACKAGE_PATH = str(Path(aerogram.__file__).parents[1])
"""The folder that processes started by tests need on their path to run the same package as the tests."""
