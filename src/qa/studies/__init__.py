"""The evidence table, the audit and the exports."""
