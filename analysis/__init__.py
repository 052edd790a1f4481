"""What grown patterns and rules are like, measured."""
