"""Connections and the YAML files an operator writes."""
