"""Train a GPT-DAG.

    python scripts/train.py configs/train/arithmetic.yaml
    accelerate launch scripts/train.py configs/train/arithmetic.yaml --dag_depth 2 --max_steps 100
    torchrun --nproc_per_node 2 scripts/train.py configs/train/arithmetic.yaml
    python scripts/train.py configs/train/shakespeare.yaml --train_files corpus.txt articles/

Every key of the model (GPTDAGConfig, GPT2Config), of the data and of transformers.TrainingArguments can stand in the
recipe and as a flag; flags beat the recipe. Model, tokenizer and generation config are saved to `output_dir`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from transformers.integrations.deepspeed import unset_hf_deepspeed_config

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.checkpoints.resume import remove_checkpoints
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.data.records import BadRecordError
from modeling_gpt_dag.evaluation.run import evaluate_run, run_text
from modeling_gpt_dag.training.run import prepare_run


def main():
    with in_one_line("train.py", ValueError, TypeError, OSError):
        run = prepare_run(sys.argv[1:])
        trainer = run.trainer()
    output_dir, evaluates = Path(run.args.output_dir), run.data_args.eval_samples > 0
    if run.args.resume_from_checkpoint is None and run.args.should_save:
        remove_checkpoints(output_dir)
    with in_one_line("train.py", FloatingPointError, OSError, BadRecordError):  # a bad record of a stream
        trainer.train(resume_from_checkpoint=run.args.resume_from_checkpoint)
        if trainer.stopped_by is None:
            loss = trainer.evaluate()["eval_loss"] if evaluates and run.validation_data is not None else None
            # The Trainer turns the cache off in the config; a saved model generates with it.
            run.model.config.use_cache = True
            trainer.save_model()
            trainer.save_state()
    # A process that exits with its process group now and then aborts (pytorch issue 190489). It hangs if it frees the
    # group while a thread of that waits for the interpreter's lock. It gives the lock away as it waits for the others.
    trainer.accelerator.wait_for_everyone()
    trainer.accelerator.end_training()
    if trainer.stopped_by is not None:
        raise SystemExit(128 + trainer.stopped_by)
    if not trainer.is_world_process_zero():
        return
    (output_dir / "recipe.yaml").write_text(run.recipe)
    if evaluates:
        # What was saved is whole; the model in training may be spread over the processes, and the others are done.
        unset_hf_deepspeed_config()
        model, tokenizer = load(str(output_dir))
        progress = not run.args.disable_tqdm
        report = evaluate_run(model.to(run.args.device), tokenizer, run.data_args, loss, progress)
        print(f"\n{run_text(report)}")
        (output_dir / "evaluation.json").write_text(json.dumps(asdict(report), indent=2) + "\n")


if __name__ == "__main__":
    main()
