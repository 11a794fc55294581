"""Telling people: what the published warehouse says becomes events, events messages, once each."""
