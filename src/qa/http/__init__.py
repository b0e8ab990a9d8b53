"""The HTTP interface, and the process that serves it together with the page."""
