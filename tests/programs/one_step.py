"""One step of the Trainer, of SGD at learning rate 1: it moves the weights by minus the gradient, whoever computes it.

    torchrun --nproc_per_node 2 tests/programs/one_step.py DIRECTORY --per_device_train_batch_size 4

The model in DIRECTORY/model takes a step on the rows of DIRECTORY/rows.pt and is saved to DIRECTORY/stepped, with the
records of each process beside it.
"""

import json
import os
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from accelerate.utils import DistributedType
from transformers import HfArgumentParser, Trainer, TrainingArguments, default_data_collator

from modeling_gpt_dag import GPTDAGForCausalLM
from modeling_gpt_dag.training.dag_logger import DAGLogger
from modeling_gpt_dag.training.throughput import ThroughputLogger

directory, flags = Path(sys.argv[1]), sys.argv[2:]
is_deepspeed = "ACCELERATE_USE_DEEPSPEED" in os.environ
torch.set_num_threads(1)
parser = HfArgumentParser(TrainingArguments)
parser.set_defaults(
    output_dir=str(directory / "run"),
    optim="sgd",
    learning_rate=1.0,
    lr_scheduler_type="constant",
    max_grad_norm=0.0,
    max_steps=1,
    logging_steps=1,
    save_strategy="no",
    # Told to use the CPU, accelerate would use it without DeepSpeed.
    use_cpu=not is_deepspeed,
    dataloader_pin_memory=False,
    ddp_backend="gloo" if "RANK" in os.environ else None,
)
(args,) = parser.parse_args_into_dataclasses(flags)
if "ACCELERATE_USE_FSDP" in os.environ:
    # accelerate shards over accelerators only, and over CPUs what it takes for some.
    PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU
trainer = Trainer(
    GPTDAGForCausalLM.from_pretrained(directory / "model"),
    args,
    train_dataset=torch.load(directory / "rows.pt"),
    data_collator=default_data_collator,
    callbacks=[DAGLogger(), ThroughputLogger()],
)
trainer.train()
trainer.save_model(str(directory / "stepped"))
records = {"distributed_type": trainer.accelerator.distributed_type.value, "log_history": trainer.state.log_history}
(directory / f"records-{args.process_index}.json").write_text(json.dumps(records))
# As scripts/train.py ends, and for its reasons.
trainer.accelerator.wait_for_everyone()
trainer.accelerator.end_training()
