"""Train a GPT-DAG.

    python scripts/train.py configs/arithmetic.yaml
    accelerate launch scripts/train.py configs/arithmetic.yaml --dag_depth 2 --max_steps 100
    torchrun --nproc_per_node 2 scripts/train.py configs/arithmetic.yaml

Every key of the model (GPTDAGConfig, GPT2Config), of the data and of transformers.TrainingArguments can stand in the
recipe and as a flag; flags beat the recipe. Model, tokenizer and generation config are saved to `output_dir`.
"""

import json
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

from transformers import GenerationConfig, Trainer, default_data_collator, set_seed
from transformers.integrations.deepspeed import unset_hf_deepspeed_config
from transformers.trainer_utils import get_last_checkpoint

from modeling_gpt_dag import GPTDAGForCausalLM, byte_tokenizer, number_tokens
from modeling_gpt_dag.dag_logger import DAGLogger
from modeling_gpt_dag.data import packed_dataset, training_lines
from modeling_gpt_dag.evaluation import END_OF_LINE, evaluate_task, false_fires, load, plan_format, results_table
from modeling_gpt_dag.recipes import DataArguments, build_config, effective_recipe, parse_recipe
from modeling_gpt_dag.throughput import ThroughputLogger
from modeling_gpt_dag.wordings import plain_lines


def prepare():
    """Arguments, training data, tokenizer, model and loggers; raises ValueError for whatever in them cannot work."""
    model_args, data_args, training_args, run_args = parse_recipe(sys.argv[1:])
    output_dir = Path(training_args.output_dir)
    holds_run = (output_dir / "config.json").exists() or (output_dir.is_dir() and get_last_checkpoint(output_dir))
    if holds_run and not (run_args.overwrite_output_dir or training_args.resume_from_checkpoint):
        raise ValueError(
            f"output_dir {output_dir} already holds a run: choose another, continue it with "
            "--resume_from_checkpoint true or replace it with --overwrite_output_dir"
        )
    tokenizer = byte_tokenizer(model_max_length=model_args.n_positions or 1024)
    config = build_config(
        model_args,
        vocab_size=len(tokenizer),
        number_tokens=number_tokens(tokenizer),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    if data_args.block_size > config.max_position_embeddings:
        raise ValueError(
            f"block_size={data_args.block_size} does not fit n_positions={config.max_position_embeddings} positions"
        )
    form = plan_format(config) if data_args.plan_labels and config.dag_depth > 0 else None
    seed = training_args.seed if training_args.data_seed is None else training_args.data_seed
    with training_args.main_process_first(desc="generating the training data"):
        lines = training_lines(data_args, seed, data_args.digits, data_args.plain_share, form)
        dataset = packed_dataset(tokenizer, lines, data_args.num_train_blocks, data_args.block_size, form)
    set_seed(training_args.seed)
    recipe = effective_recipe(model_args, data_args, training_args)
    loggers = [DAGLogger(run_args.probe_prompt, run_args.probe_steps), ThroughputLogger(run_args.peak_tflops)]
    return data_args, training_args, recipe, dataset, tokenizer, GPTDAGForCausalLM(config), loggers


def main():
    try:
        data_args, training_args, recipe, dataset, tokenizer, model, loggers = prepare()
    except (ValueError, TypeError) as error:
        raise SystemExit(f"train.py: {error}") from error
    # A line is an answer: generation ends with it.
    model.generation_config = GenerationConfig(
        do_sample=False,
        max_new_tokens=32,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.encode(END_OF_LINE)[-1], tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    trainer = Trainer(
        model=model,
        args=training_args,
        train_dataset=dataset,
        data_collator=default_data_collator,
        processing_class=tokenizer,
        callbacks=loggers,
    )
    resume = training_args.resume_from_checkpoint
    trainer.train(resume_from_checkpoint=resume.lower() == "true" or resume if resume else None)
    # The Trainer turns the cache off in the config; a saved model generates with it.
    model.config.use_cache = True
    trainer.save_model()
    trainer.save_state()
    if not trainer.is_world_process_zero():
        return
    (Path(training_args.output_dir) / "recipe.yaml").write_text(recipe)
    if data_args.eval_samples > 0:
        # What was saved is whole; the model in training may be spread over the processes, and the others are done.
        unset_hf_deepspeed_config()
        model, tokenizer = load(training_args.output_dir)
        model.to(training_args.device)
        reports = evaluate(model, tokenizer, data_args, progress=not training_args.disable_tqdm)
        (Path(training_args.output_dir) / "evaluation.json").write_text(json.dumps(reports, indent=2) + "\n")


def evaluate(model, tokenizer, data_args: DataArguments, progress: bool) -> dict:
    """Report on new problems of each operand length, of wordings also on held-out templates and on plain text."""
    held_out = [False, True] if data_args.task == "wordings" else [False]
    reports = [
        evaluate_task(
            model,
            tokenizer,
            replace(data_args, held_out=held),
            digits=digits,
            num_samples=data_args.eval_samples,
            batch_size=data_args.eval_batch_size,
            progress=progress,
        )
        for held in held_out
        for digits in data_args.eval_digits
    ]
    print(f"\nexact match on {data_args.eval_samples} new problems by operand digits\n")
    print(results_table(reports))
    if data_args.task != "wordings" or model.config.dag_depth == 0:
        return {"exact_match": reports}
    lines = list(islice(plain_lines(seed=0, held_out=True), data_args.eval_samples))
    plain = false_fires(model, tokenizer, lines, data_args.eval_batch_size)
    print(f"\nfalse fires on {plain['n']} held-out lines in which nothing is to be computed: {plain['fired']}")
    return {"exact_match": reports, "false_fires": plain}


if __name__ == "__main__":
    main()
