"""Train a GPT-DAG.

    python scripts/train.py configs/arithmetic.yaml
    accelerate launch scripts/train.py configs/arithmetic.yaml --dag_depth 2 --max_steps 100
    torchrun --nproc_per_node 2 scripts/train.py configs/arithmetic.yaml
    python scripts/train.py configs/shakespeare.yaml --train_files corpus.txt articles/

Every key of the model (GPTDAGConfig, GPT2Config), of the data and of transformers.TrainingArguments can stand in the
recipe and as a flag; flags beat the recipe. Model, tokenizer and generation config are saved to `output_dir`.
"""

import json
import math
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import datasets
from transformers import GenerationConfig, set_seed
from transformers.integrations.deepspeed import unset_hf_deepspeed_config
from transformers.trainer_utils import sort_checkpoints

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.checkpoints.resume import checkpoint_to_resume, remove_checkpoints
from modeling_gpt_dag.data.arguments import DataArguments
from modeling_gpt_dag.data.mixtures import training_data
from modeling_gpt_dag.data.packing import collate_blocks
from modeling_gpt_dag.data.problems import END_OF_LINE, plan_format
from modeling_gpt_dag.data.question_files import read_questions
from modeling_gpt_dag.data.records import BadRecordError
from modeling_gpt_dag.data.wordings import plain_lines
from modeling_gpt_dag.evaluation.exact_match import evaluate_task, false_fires
from modeling_gpt_dag.evaluation.question_files import evaluate_questions
from modeling_gpt_dag.evaluation.tables import exact_match_table, questions_table
from modeling_gpt_dag.training.build import build_model, build_tokenizer
from modeling_gpt_dag.training.dag_logger import DAGLogger
from modeling_gpt_dag.training.recipes import effective_recipe, parse_recipe
from modeling_gpt_dag.training.throughput import ThroughputLogger
from modeling_gpt_dag.training.trainer import FaultTolerantTrainer


def prepare():
    """Arguments, data to train and validate on, tokenizer, model and loggers.

    Raises ValueError, TypeError and OSError for whatever in them cannot work.
    """
    model_args, data_args, training_args, run_args = parse_recipe(sys.argv[1:])
    output_dir = Path(training_args.output_dir)
    training_args.resume_from_checkpoint = checkpoint_to_resume(training_args)
    holds_run = (output_dir / "config.json").exists() or sort_checkpoints(training_args.output_dir)
    if holds_run and not (run_args.overwrite_output_dir or training_args.resume_from_checkpoint):
        raise ValueError(
            f"output_dir {output_dir} already holds a run: choose another, continue it with "
            "--resume_from_checkpoint true or replace it with --overwrite_output_dir"
        )
    if training_args.disable_tqdm:
        datasets.disable_progress_bars()
    tokenizer = build_tokenizer(model_args)
    set_seed(training_args.seed)
    model = build_model(model_args, tokenizer)
    config = model.config
    if data_args.block_size > config.max_position_embeddings:
        raise ValueError(
            f"block_size={data_args.block_size} does not fit n_positions={config.max_position_embeddings} positions"
        )
    form = plan_format(config) if data_args.plan_labels and config.dag_depth > 0 else None
    with training_args.main_process_first(desc="preparing the training data"):
        train, validation = training_data(tokenizer, data_args, training_args, form)
    recipe = effective_recipe(model_args, data_args, training_args)
    loggers = [DAGLogger(run_args.probe_prompt, run_args.probe_steps), ThroughputLogger(run_args.peak_tflops)]
    return data_args, training_args, recipe, train, validation, tokenizer, model, loggers


def main():
    try:
        data_args, training_args, recipe, train, validation, tokenizer, model, loggers = prepare()
    except (ValueError, TypeError, OSError) as error:
        raise SystemExit(f"train.py: {error}") from error
    # A line is an answer: generation ends with it.
    model.generation_config = GenerationConfig(
        do_sample=False,
        max_new_tokens=32,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.encode(END_OF_LINE)[-1], tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    if training_args.resume_from_checkpoint is None and training_args.should_save:
        remove_checkpoints(training_args.output_dir)
    trainer = FaultTolerantTrainer(
        model=model,
        args=training_args,
        train_dataset=train,
        eval_dataset=validation,
        data_collator=collate_blocks,
        processing_class=tokenizer,
        callbacks=loggers,
    )
    try:
        trainer.train(resume_from_checkpoint=training_args.resume_from_checkpoint)
        if trainer.stopped_by is not None:
            raise SystemExit(128 + trainer.stopped_by)
        evaluates = data_args.eval_samples > 0
        loss = trainer.evaluate()["eval_loss"] if evaluates and validation is not None else None
        # The Trainer turns the cache off in the config; a saved model generates with it.
        model.config.use_cache = True
        trainer.save_model()
        trainer.save_state()
    except (FloatingPointError, OSError, BadRecordError) as error:  # a bad record of a stream
        raise SystemExit(f"train.py: {error}") from error
    if not trainer.is_world_process_zero():
        return
    (Path(training_args.output_dir) / "recipe.yaml").write_text(recipe)
    if evaluates:
        # What was saved is whole; the model in training may be spread over the processes, and the others are done.
        unset_hf_deepspeed_config()
        model, tokenizer = load(training_args.output_dir)
        model.to(training_args.device)
        reports = evaluate(model, tokenizer, data_args, progress=not training_args.disable_tqdm)
        if loss is not None:
            reports["validation_loss"] = loss
            print(f"\nvalidation loss {loss:.4f} nats per token, perplexity {math.exp(loss):.2f}")
        (Path(training_args.output_dir) / "evaluation.json").write_text(json.dumps(reports, indent=2) + "\n")


def evaluate(model, tokenizer, data_args: DataArguments, progress: bool) -> dict:
    """Reports on new problems of each task but text, as generated ones or as held-out questions of the file."""
    report = {"exact_match": []}
    for task in data_args.task_shares:
        if task == "questions":
            questions = read_questions(data_args, "evaluation")
            options = {"num_samples": data_args.eval_samples, "batch_size": data_args.eval_batch_size}
            report["questions"], _ = evaluate_questions(model, tokenizer, questions, progress=progress, **options)
            print(f"\nheld-out questions of {data_args.questions}\n\n{questions_table(report['questions'])}")
        elif task != "text":
            task_args = replace(data_args, task=task, mixture=None)
            report["exact_match"] += evaluate_generated(model, tokenizer, task_args, progress)
        if task == "wordings" and model.config.dag_depth > 0:
            lines = list(islice(plain_lines(seed=0, held_out=True), data_args.eval_samples))
            report["false_fires"] = plain = false_fires(model, tokenizer, lines, data_args.eval_batch_size)
            print(f"\nfalse fires on {plain['n']} held-out lines in which nothing is to be computed: {plain['fired']}")
    return report


def evaluate_generated(model, tokenizer, data_args: DataArguments, progress: bool) -> list[dict]:
    """Reports on new problems of each operand length, of wordings also on held-out templates."""
    reports = [
        evaluate_task(
            model,
            tokenizer,
            replace(data_args, held_out=held_out),
            digits=digits,
            num_samples=data_args.eval_samples,
            batch_size=data_args.eval_batch_size,
            progress=progress,
        )
        for held_out in ([False, True] if data_args.task == "wordings" else [False])
        for digits in data_args.eval_digits
    ]
    print(f"\n{data_args.task}: exact match on {data_args.eval_samples} new problems by operand digits\n")
    print(exact_match_table(reports))
    return reports


if __name__ == "__main__":
    main()
