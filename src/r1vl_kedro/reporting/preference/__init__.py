"""What learning from pairs did: numbers on held-out pairs, figures, and the page over both."""
