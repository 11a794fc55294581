"""What the terminal does, behind each command of cli.py."""
