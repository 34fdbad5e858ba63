"""A web page to try a trained GPT-DAG: type an expression or a sentence, see the answer and its computation.

    pip install -e ".[demo]"
    python scripts/demo.py --model runs/arithmetic --examples "1234567890*7=" "12-345="

As a Space on the Hugging Face Hub; what is in `space` is the Space's repository:

    mkdir space && cp -r --parents modeling_gpt_dag runs/arithmetic space && cp docs/space/* space
    cp scripts/demo.py space/app.py && hf upload --repo-type space me/gpt-dag space
"""

import sys
from dataclasses import dataclass, field
from html import escape

import gradio as gr
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.explain.page import to_html
from modeling_gpt_dag.explain.records import explain

ABOUT = """# GPT-DAG
A language model whose tokens own a small calculator: which numbers it reads, and what it does with them, it has
learned from text. Below the answer is its computation; hover or click a token, or move with the arrow keys."""

# A document of its own, without access to the one around it: a prompt may hold anything.
FRAME = """<iframe title="The computation" sandbox="allow-scripts" srcdoc="{page}"
style="width: 100%; height: 52rem; border: 0; border-radius: .5rem"></iframe>"""


@dataclass
class Arguments:
    model: str = field(default="runs/arithmetic", metadata={"help": "directory of a trained GPT-DAG"})
    examples: list[str] = field(default_factory=lambda: ["1234567890*7=", "12-345=", "9999+1="])
    max_new_tokens: int = field(default=32, metadata={"help": "tokens to generate at most"})
    port: int | None = field(default=None, metadata={"help": "by default the first free one from 7860"})


def build(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, examples: list[str], max_new_tokens: int
) -> gr.Blocks:
    def compute(prompt: str) -> tuple[str, str]:
        try:
            explanation = explain(model, tokenizer, prompt, max_new_tokens)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return explanation.text[len(prompt) :].strip(), FRAME.format(page=escape(to_html(explanation)))

    with gr.Blocks(title="GPT-DAG", analytics_enabled=False) as demo:
        gr.Markdown(ABOUT)
        with gr.Row():
            prompt = gr.Textbox(label="Expression or sentence", value=examples[0], scale=3, autofocus=True)
            answer = gr.Textbox(label="Answer", interactive=False, scale=2)
        button = gr.Button("Compute", variant="primary", size="md")
        gr.Examples([[example] for example in examples], inputs=prompt)
        computation = gr.HTML(label="The computation")
        events = [button.click, prompt.submit, demo.load]
        gr.on(events, compute, inputs=prompt, outputs=[answer, computation], trigger_mode="always_last")
    return demo


def main():
    with in_one_line("demo.py"):
        args = parse_flags(Arguments, sys.argv[1:])
        model, tokenizer = load(args.model)
    demo = build(model, tokenizer, args.examples, args.max_new_tokens)
    demo.launch(server_port=args.port, theme=gr.themes.Default(font=["system-ui", "sans-serif"]))


if __name__ == "__main__":
    main()
