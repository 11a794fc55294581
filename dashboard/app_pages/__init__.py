"""One file a page, named as its address is."""
