"""Put a calculator into a pretrained causal language model: its weights stay, a DAG is trained beside them.

    python scripts/attach.py --backbone HuggingFaceTB/SmolLM2-135M-Instruct --output_dir runs/smollm2
    python scripts/attach.py --backbone DIR --gguf_file model.gguf --output_dir runs/smollm2 --plain_text corpus.txt

Every key of configs/attach.yaml (or of another recipe, --config) is a flag. The frozen backbone's hidden states are
computed once and stored; an interrupted run goes on where it stopped. The directory loads with AutoModelForCausalLM.
"""

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainingArguments, set_seed

from modeling_gpt_dag.attach.feature_store import collate_packed
from modeling_gpt_dag.attach.training import (
    AttachArguments,
    attach_model,
    attach_table,
    evaluate_attached,
    evaluation_rows,
    load_backbone,
    merged,
    training_set,
    unfreeze,
)
from modeling_gpt_dag.checkpoints.checksums import write_checksums
from modeling_gpt_dag.checkpoints.resume import last_checkpoint
from modeling_gpt_dag.training.arguments import DAGArguments
from modeling_gpt_dag.training.dag_logger import DAGLogger
from modeling_gpt_dag.training.recipes import effective_recipe, parse_recipe
from modeling_gpt_dag.training.trainer import FaultTolerantTrainer

CONFIG = Path(__file__).parent.parent / "configs" / "attach.yaml"
FEATURES, REPORT = "features", "attach.json"  # in output_dir


def begun_report(
    backbone: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, args: AttachArguments, file: Path
) -> dict[str, Any]:
    """What is asked and what the backbone alone answers; an interrupted run has left it in the file."""
    asked = [args.eval_samples, *(title for title, *_ in evaluation_rows(args))]
    report = json.loads(file.read_text()) if file.exists() else {}
    if report.get("asked") != asked:
        report = {"asked": asked, "before": evaluate_attached(backbone, tokenizer, args, language=False)}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(report) + "\n")
    return report


def main():
    began = time.monotonic()
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", default=str(CONFIG))
    known, flags = parser.parse_known_args()
    classes = (DAGArguments, AttachArguments, TrainingArguments)
    try:
        dag_args, args, training_args = parse_recipe([known.config, *flags], classes, "attach.py --config")
        output_dir = Path(training_args.output_dir)
        if (output_dir / "config.json").exists():
            raise ValueError(f"output_dir {output_dir} already holds a model: choose another")
        backbone, tokenizer = load_backbone(args)
        set_seed(training_args.seed)
        model = attach_model(backbone, tokenizer, dag_args)
        report = begun_report(backbone, tokenizer, args, output_dir / REPORT)
        dataset = training_set(model, tokenizer, args, output_dir / FEATURES, training_args.seed)
        model = unfreeze(model, args)
    except (ValueError, OSError) as error:
        raise SystemExit(f"attach.py: {error}") from error
    trainer = FaultTolerantTrainer(
        model=model,
        args=training_args,
        train_dataset=dataset,
        data_collator=collate_packed,
        processing_class=tokenizer,
        callbacks=[DAGLogger()],
    )
    try:
        trainer.train(resume_from_checkpoint=last_checkpoint(output_dir))
    except (FloatingPointError, OSError) as error:
        raise SystemExit(f"attach.py: {error}") from error
    if trainer.stopped_by is not None:
        raise SystemExit(128 + trainer.stopped_by)
    # Without the Trainer's forward, which would run a copy in another dtype as the original, in mixed precision.
    model = merged(trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)).eval()
    model.config.use_cache = True  # which the Trainer turns off
    changed = None if args.unfreeze == "none" else backbone
    after = evaluate_attached(model, tokenizer, args, language=True, backbone=changed)
    print(attach_table(report["before"], after))
    model.save_pretrained(output_dir)
    write_checksums(output_dir)
    tokenizer.save_pretrained(output_dir)
    (output_dir / "recipe.yaml").write_text(effective_recipe(dag_args, args, training_args))
    minutes = (time.monotonic() - began) / 60
    report |= {"after": after, "minutes": round(minutes, 1)}
    (output_dir / REPORT).write_text(json.dumps(report, indent=2) + "\n")
    if (output_dir / FEATURES).is_dir():  # they served their purpose; one that was asked for by name stays
        shutil.rmtree(output_dir / FEATURES)
    print(f"{minutes:.1f} minutes, saved in {output_dir}")


if __name__ == "__main__":
    main()
