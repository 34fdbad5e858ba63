"""What every token's calculator did with a text: records, text, figure, page."""

from .records import Explanation, explain

__all__ = ["Explanation", "explain"]
