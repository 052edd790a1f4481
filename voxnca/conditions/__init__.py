"""What a rule is given besides its state: goals, walls, beacons."""
