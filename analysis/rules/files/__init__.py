"""Files of patterns and rules, as the friends of cellular automata write them."""
