"""The channels: a message becomes what a receiver reads, and somebody carries it there."""
