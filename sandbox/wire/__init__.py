"""How Atlas's answers travel: media types, pages, errors, limits and faults."""
