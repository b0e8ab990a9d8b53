"""Judged questions -> measures. Stands beside the pipeline; only the command line imports it."""
