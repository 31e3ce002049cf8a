"""How what is kept is guarded: keys, sealing, and the lock of a commune."""
