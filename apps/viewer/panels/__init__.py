"""The groups of controls of the page, each with its part of the state that all tabs share."""
