"""Clusters: what is asked for, what Atlas has, and the way from one to the other."""
