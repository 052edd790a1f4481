"""What the commands do: one noun a file; how they are typed stands in `apps.cli`."""
