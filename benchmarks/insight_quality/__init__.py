"""How good insight is, measured on bills of the sandbox that nothing was tuned on."""
