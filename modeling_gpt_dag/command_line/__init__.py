"""What every script shares: flags from dataclasses, and errors as one line."""
