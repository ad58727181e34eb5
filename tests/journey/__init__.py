"""A folder that is a package: what its conftest shares ends with it, not with the run."""
