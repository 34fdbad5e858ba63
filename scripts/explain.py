"""Show what a trained GPT-DAG computes for a prompt: in the terminal, or as a page, figure, Markdown or JSON.

    python scripts/explain.py --model runs/arithmetic --prompt "1234567890*7="
    python scripts/explain.py --model runs/arithmetic --prompt "1234567890*7=" --position 12 --output explanation.html

--output takes .txt, .md, .json, .html (one page, no network), .png and .svg (`pip install -e ".[plot]"`).
"""

import sys
from dataclasses import dataclass, field

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.explain.output import check_suffix, save
from modeling_gpt_dag.explain.records import explain
from modeling_gpt_dag.explain.text import to_text


@dataclass
class Arguments:
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    prompt: str = field(metadata={"help": "text to continue"})
    position: int | None = field(default=None, metadata={"help": "index of the token to show"})
    output: str | None = field(default=None, metadata={"help": "file to write in place of the terminal"})
    max_new_tokens: int = field(default=32, metadata={"help": "tokens to generate at most; 0 explains the prompt"})


def main():
    with in_one_line("explain.py", ImportError, OSError, ValueError):
        args = parse_flags(Arguments, sys.argv[1:])
        if args.output is not None:
            check_suffix(args.output)
        model, tokenizer = load(args.model)
        explanation = explain(model, tokenizer, args.prompt, args.max_new_tokens)
        if args.output is None:
            print(to_text(explanation, args.position), end="")
        else:
            save(explanation, args.output, args.position)


if __name__ == "__main__":
    main()
