"""The channels, one folder each; a folder is discovered by being there."""
