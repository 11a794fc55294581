"""What a key may read and do, asked of Atlas."""
