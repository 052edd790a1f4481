"""Hand-made automata: what their rules are, how they are written, and how they run."""
