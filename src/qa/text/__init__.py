"""How text is prepared and cut: what questions and corpus share."""
