"""Claim x statements -> what agrees, what differs, what stays open."""
