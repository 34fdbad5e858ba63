"""Measure exact match of a trained GPT-DAG: greedy decoding, the whole answer with its sign and its end.

    python scripts/evaluate.py --model runs/arithmetic --task arithmetic --operators "+-*" --digits 7 \
        --num_samples 500 --output report.json
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from modeling_gpt_dag.evaluation import arithmetic_table, evaluate_arithmetic, load
from modeling_gpt_dag.recipes import parse_flags


@dataclass
class Arguments:
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    task: Literal["arithmetic", "expressions"] = field(
        default="arithmetic", metadata={"help": "a+b= or, with several operators, a+b*c="}
    )
    operators: str = field(default="+-*", metadata={"help": "some of + - *"})
    num_operators: list[int] | None = field(
        default=None, metadata={"help": "operators per problem: 1 for arithmetic, 1 2 3 by default for expressions"}
    )
    digits: int = field(default=4, metadata={"help": "digits of each operand"})
    num_samples: int = field(default=500, metadata={"help": "problems to draw"})
    seed: int = field(default=0, metadata={"help": "of the problems"})
    batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})
    output: str | None = field(default=None, metadata={"help": "JSON file to write the report to"})


def main():
    try:
        args = parse_flags(Arguments, sys.argv[1:])
        model, tokenizer = load(args.model)
        report = evaluate_arithmetic(
            model,
            tokenizer,
            operators=args.operators,
            digits=args.digits,
            num_operators=args.num_operators or ([1] if args.task == "arithmetic" else [1, 2, 3]),
            num_samples=args.num_samples,
            seed=args.seed,
            batch_size=args.batch_size,
            progress=True,
        )
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"evaluate.py: {error}") from error
    print(arithmetic_table([report]))
    if args.output is not None:
        Path(args.output).write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
