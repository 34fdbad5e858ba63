"""What scripts read and print: flags from dataclasses, errors in one line, tables as Markdown."""
