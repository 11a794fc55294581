"""The product as tools for an assistant, over stdio: the only package that knows the MCP SDK."""
