"""What DAGLogger costs: logging steps with it and without it, alternately, in one run of the Trainer.

    python scripts/benchmark_logger.py configs/train/arithmetic.yaml
    python scripts/benchmark_logger.py configs/train/soft.yaml --max_steps 400

Takes a recipe and flags as train.py does; nothing is saved. Every step is a logging step here; the time of a step is
from the end of one record to the end of the next, data, optimizer and record included, the console's printing not.
Where other programs share the processors, the processor's time says more than the clock.
"""

import statistics
import sys
import tempfile
import time

from transformers import PrinterCallback, Trainer, TrainerCallback

from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.data.packing import collate_blocks
from modeling_gpt_dag.training.dag_logger import DAGLogger
from modeling_gpt_dag.training.dag_probe import probe_table
from modeling_gpt_dag.training.run import prepare_run

WARMUP = 10


class Alternate(TrainerCallback):
    """Switches the logger on for every other step and keeps the time of each: off, on, off, on, ..."""

    def __init__(self, dag_logger):
        self.dag_logger = dag_logger
        self.ends: dict[str, list[float]] = {"wall clock": [], "processor": []}

    def on_log(self, args, state, control, **kwargs):
        self.ends["wall clock"].append(time.perf_counter())
        self.ends["processor"].append(time.process_time())
        self.dag_logger.has_dag = not self.dag_logger.has_dag

    def seconds(self, clock: str) -> tuple[list[float], list[float]]:
        """Of the steps without and of those with the logger, the first steps and the final summary left out."""
        ends = self.ends[clock]
        steps = [end - start for start, end in zip(ends[:-2], ends[1:-1], strict=True)][WARMUP:]
        return steps[0::2], steps[1::2]


def main():
    sys.argv[2:2] = ["--max_steps", "210", "--num_train_blocks", "2000", "--eval_samples", "0"]
    with tempfile.TemporaryDirectory() as directory:
        # Whatever the recipe says: these make it a measurement.
        sys.argv += ["--output_dir", directory, "--logging_steps", "1", "--report_to", "none", "--save_strategy", "no"]
        sys.argv += ["--disable_tqdm", "true"]
        with in_one_line("benchmark_logger.py", ValueError, TypeError):
            run = prepare_run(sys.argv[1:])
        dag_logger = DAGLogger()
        alternate = Alternate(dag_logger)
        trainer = Trainer(
            model=run.model,
            args=run.args,
            train_dataset=run.training_data,
            data_collator=collate_blocks,
            processing_class=run.tokenizer,
            callbacks=[dag_logger, alternate],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    logged = ["gate/mean" in record for record in trainer.state.log_history[:-1]]
    assert logged == [step % 2 == 0 for step in range(len(logged))], "the logger was not on in every other step"

    for clock in alternate.ends:
        off, on = alternate.seconds(clock)
        without, with_ = statistics.median(off), statistics.median(on)
        low, _, high = statistics.quantiles([b / a for a, b in zip(off, on, strict=False)], n=4)
        print(
            f"{clock}: {len(off)} steps without {1e3 * without:.1f} ms, {len(on)} with {1e3 * with_:.1f} ms (medians)"
        )
        print(f"  ratio {with_ / without:.3f}; of neighbours, quartiles {low:.3f} and {high:.3f}")
        print(f"  over ten steps of which one is logged {1 + (with_ / without - 1) / 10:.4f}")
    probes = []
    for _ in range(5):
        start = time.process_time()
        probe_table(run.model, run.tokenizer, "12+34=46")
        probes.append(time.process_time() - start)
    print(f"one probe of 8 tokens: {1e3 * statistics.median(probes):.1f} ms of processor time")


if __name__ == "__main__":
    main()
