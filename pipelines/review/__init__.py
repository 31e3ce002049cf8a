"""What a person has to decide."""

from pipelines.review.cases import review_cases

__all__ = ["review_cases"]
