"""Recipes, the trainer, and what is logged while it trains."""

from .dag_logger import DAGLogger
from .throughput import ThroughputLogger
from .trainer import FaultTolerantTrainer

__all__ = ["DAGLogger", "FaultTolerantTrainer", "ThroughputLogger"]
