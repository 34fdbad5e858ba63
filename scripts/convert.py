"""Convert a nanoGPT or nanoGPT-DAG checkpoint to a GPT-DAG directory.

    python scripts/convert.py --checkpoint out/ckpt.pt --output_dir runs/converted

A nanoGPT becomes a GPT-DAG of depth 0, a nanoGPT-DAG one in soft numerics. Nothing in the file is executed.
"""

import sys
from dataclasses import dataclass, field

from modeling_gpt_dag.checkpoints.checksums import write_checksums
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.publish.convert_nanogpt import convert_nanogpt


@dataclass
class Arguments:
    checkpoint: str = field(metadata={"help": "nanoGPT's ckpt.pt"})
    output_dir: str = field(metadata={"help": "directory for the converted model"})


def main():
    with in_one_line("convert.py"):
        args = parse_flags(Arguments, sys.argv[1:])
        model, dropped = convert_nanogpt(args.checkpoint)
    model.save_pretrained(args.output_dir)
    write_checksums(args.output_dir)
    print(f"wrote {args.output_dir}: {model.num_parameters():,} parameters, dag_depth {model.config.dag_depth}")
    if dropped:
        print("dropped, because the original never used them: " + ", ".join(dropped))


if __name__ == "__main__":
    main()
