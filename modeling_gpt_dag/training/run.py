"""A training run made ready from its recipe: arguments, data, tokenizer, model, what is logged."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from transformers import GenerationConfig, PreTrainedTokenizerFast, TrainingArguments, set_seed
from transformers.trainer_utils import sort_checkpoints

from ..checkpoints.resume import checkpoint_to_resume
from ..data.arguments import DataArguments
from ..data.mixtures import training_data
from ..data.packing import collate_blocks
from ..data.problems import END_OF_LINE, plan_format
from ..modeling_gpt_dag import GPTDAGForCausalLM
from .arguments import RunArguments
from .build import build_model, build_tokenizer
from .console import log_lines
from .dag_logger import DAGLogger
from .recipes import effective_recipe, parse_recipe
from .throughput import ThroughputLogger
from .trainer import FaultTolerantTrainer

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset


@dataclass
class TrainingRun:
    """recipe: YAML of what the run is made with. validation_data: None where no text is trained on."""

    data_args: DataArguments
    args: TrainingArguments
    run_args: RunArguments
    recipe: str
    tokenizer: PreTrainedTokenizerFast
    model: GPTDAGForCausalLM
    training_data: "Dataset | IterableDataset"
    validation_data: "Dataset | None"

    def trainer(self) -> FaultTolerantTrainer:
        """With a DAGLogger and a ThroughputLogger."""
        trainer = FaultTolerantTrainer(
            model=self.model,
            args=self.args,
            train_dataset=self.training_data,
            eval_dataset=self.validation_data,
            data_collator=collate_blocks,
            processing_class=self.tokenizer,
            callbacks=[
                DAGLogger(self.run_args.probe_prompt, self.run_args.probe_steps),
                ThroughputLogger(self.run_args.peak_tflops),
            ],
        )
        if self.run_args.log_console == "line":
            log_lines(trainer)
        return trainer


def prepare_run(arguments: list[str]) -> TrainingRun:
    """`CONFIG.yaml --key value ...` -> the run.

    Raises ValueError, TypeError and OSError for whatever in them cannot work.
    """
    model_args, data_args, args, run_args = parse_recipe(arguments)
    args.resume_from_checkpoint = checkpoint_to_resume(args)
    _refuse_to_overwrite(args, run_args)
    if args.disable_tqdm:
        import datasets

        datasets.disable_progress_bars()
    tokenizer = build_tokenizer(model_args)
    set_seed(args.seed)
    model = build_model(model_args, tokenizer)
    config = model.config
    if data_args.block_size > config.max_position_embeddings:
        raise ValueError(
            f"block_size={data_args.block_size} does not fit n_positions={config.max_position_embeddings} positions"
        )
    model.generation_config = _line_generation(tokenizer)
    form = plan_format(config) if data_args.plan_labels and config.dag_depth > 0 else None
    with args.main_process_first(desc="preparing the training data"):
        train, validation = training_data(tokenizer, data_args, args, form)
    recipe = effective_recipe(model_args, data_args, args)
    return TrainingRun(data_args, args, run_args, recipe, tokenizer, model, train, validation)


def _refuse_to_overwrite(args: TrainingArguments, run_args: RunArguments):
    assert args.output_dir is not None, "TrainingArguments fills it"
    output_dir = Path(args.output_dir)
    holds_run = (output_dir / "config.json").exists() or sort_checkpoints(args.output_dir)
    if holds_run and not (run_args.overwrite_output_dir or args.resume_from_checkpoint):
        raise ValueError(
            f"output_dir {output_dir} already holds a run: choose another, continue it with "
            "--resume_from_checkpoint true or replace it with --overwrite_output_dir"
        )


def _line_generation(tokenizer: PreTrainedTokenizerFast) -> GenerationConfig:
    """A line is an answer: generation ends with it."""
    return GenerationConfig(
        do_sample=False,
        max_new_tokens=32,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.encode(END_OF_LINE)[-1], tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
