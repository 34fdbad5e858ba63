"""Answer prompts with a trained GPT-DAG.

python scripts/generate.py --model runs/arithmetic --prompt "1234567890*7=" "12-345="
"""

import sys
from dataclasses import dataclass, field

from transformers import pipeline

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags


@dataclass
class Arguments:
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    prompt: list[str] = field(metadata={"help": "one or more prompts; can be repeated", "action": "extend"})
    max_new_tokens: int = field(default=32, metadata={"help": "tokens to generate at most"})
    do_sample: bool = field(default=False, metadata={"help": "sample instead of taking the most probable token"})


def main():
    with in_one_line("generate.py"):
        args = parse_flags(Arguments, sys.argv[1:])
        model, tokenizer = load(args.model)
    generator = pipeline("text-generation", model=model, tokenizer=tokenizer)
    for prompt in args.prompt:
        output = generator(prompt, max_new_tokens=args.max_new_tokens, do_sample=args.do_sample)
        print(output[0]["generated_text"].rstrip("\n"))


if __name__ == "__main__":
    main()
