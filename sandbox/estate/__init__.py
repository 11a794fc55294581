"""The organizations, projects and clusters that the sandbox has."""
