"""Quoted, cited answers about stem-cell therapy for liver cirrhosis, from one review and the studies it cites."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("liver-stem-cell-qa")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0.0.0"
