"""Put a calculator into a pretrained causal language model: its weights stay, a DAG is trained beside them.

    python scripts/attach.py --backbone HuggingFaceTB/SmolLM2-135M-Instruct --output_dir runs/smollm2
    python scripts/attach.py --backbone DIR --gguf_file model.gguf --output_dir runs/smollm2 --chat_question_share 0.15

Every key of configs/attach/attach.yaml (or of another recipe, --config) is a flag. The frozen backbone's hidden states
are computed once and stored; an interrupted run goes on where it stopped. The directory loads with
AutoModelForCausalLM.
"""

import argparse
import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path

from modeling_gpt_dag.attach.evaluation import attach_table
from modeling_gpt_dag.attach.run import FEATURES, REPORT, prepare_attach
from modeling_gpt_dag.checkpoints.checksums import write_checksums
from modeling_gpt_dag.checkpoints.resume import last_checkpoint
from modeling_gpt_dag.command_line.errors import in_one_line

CONFIG = Path(__file__).parent.parent / "configs" / "attach" / "attach.yaml"


def main():
    began = time.monotonic()
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", default=str(CONFIG))
    known, flags = parser.parse_known_args()
    with in_one_line("attach.py"):
        run = prepare_attach([known.config, *flags])
    output_dir = Path(run.training_args.output_dir)
    if (cost := run.cost()) is not None:
        print(cost, flush=True)
    trainer = run.trainer()
    with in_one_line("attach.py", FloatingPointError, OSError):
        trainer.train(resume_from_checkpoint=last_checkpoint(output_dir))
    if trainer.stopped_by is not None:
        raise SystemExit(128 + trainer.stopped_by)
    model = run.trained_model(trainer)
    model.save_pretrained(output_dir)
    write_checksums(output_dir)
    run.tokenizer.save_pretrained(output_dir)
    (output_dir / "recipe.yaml").write_text(run.recipe)
    after = run.measured_after(model)
    print(attach_table(run.before, after))
    minutes = round((time.monotonic() - began) / 60, 1)
    report = json.loads((output_dir / REPORT).read_text()) | {"after": asdict(after), "minutes": minutes}
    (output_dir / REPORT).write_text(json.dumps(report, indent=2) + "\n")
    if (output_dir / FEATURES).is_dir():  # they served their purpose; one that was asked for by name stays
        shutil.rmtree(output_dir / FEATURES)
    print(f"{minutes:.1f} minutes, saved in {output_dir}")


if __name__ == "__main__":
    main()
