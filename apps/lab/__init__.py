"""The lab: what there is to do with a creature, its rule and its target, without any page."""
