"""Findings -> the study a claim is about, the verdict of each layer, what is shown."""
