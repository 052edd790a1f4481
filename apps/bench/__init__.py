"""Speed and cost, side by side in one run."""
