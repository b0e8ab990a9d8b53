"""Claim x sentences -> verdict and differences."""
