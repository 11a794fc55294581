"""config/resources.yaml: projects, clusters, users and access lists as they should be."""
