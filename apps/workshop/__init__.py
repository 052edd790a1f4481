"""What makes the things that ship: models and pictures."""
