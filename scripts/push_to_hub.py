"""Publish a trained GPT-DAG on the Hugging Face Hub, with its code and a model card.

    python scripts/push_to_hub.py --model runs/arithmetic --repo_id me/arithmetic
    python scripts/push_to_hub.py --model runs/arithmetic --repo_id me/arithmetic --dry_run --output_dir repository

--dry_run writes the repository to --output_dir and needs no network.
"""

import sys
import tempfile
from dataclasses import dataclass, field

from huggingface_hub import HfApi

from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.publish.hub import write_repository


@dataclass
class Arguments:
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    repo_id: str = field(metadata={"help": "repository on the Hub, owner/name"})
    dry_run: bool = field(default=False, metadata={"help": "write the repository to output_dir, upload nothing"})
    output_dir: str | None = field(default=None, metadata={"help": "new directory for the repository's files"})
    private: bool = field(default=False, metadata={"help": "create a private repository"})


def main():
    with in_one_line("push_to_hub.py"):
        args = parse_flags(Arguments, sys.argv[1:])
        if args.dry_run and args.output_dir is None:
            raise ValueError("--dry_run needs --output_dir, a directory to write the repository to")
        output_dir = args.output_dir or tempfile.mkdtemp(prefix="gpt-dag-")
        files = write_repository(args.model, args.repo_id, output_dir)
    print(f"wrote {output_dir}: {', '.join(files)}")
    if not args.dry_run:
        api = HfApi()
        api.create_repo(args.repo_id, private=args.private, exist_ok=True)
        print(api.upload_folder(repo_id=args.repo_id, folder_path=output_dir))


if __name__ == "__main__":
    main()
