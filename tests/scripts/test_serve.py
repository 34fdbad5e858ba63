"""scripts/serve.py: the class is found, arguments are passed on, and answers are those of generate()."""

import json
import runpy
import sys
import urllib.request

import pytest
import transformers
from transformers.utils.import_utils import is_serve_available

from helpers.scripts import ENVIRONMENT, ROOT
from helpers.servers import free_port, running, wait_for
from modeling_gpt_dag import GPTDAGForCausalLM


@pytest.mark.slow
def test_the_class_is_where_transformers_looks_for_it_and_arguments_are_passed_on(monkeypatch):
    called = []

    def main():
        called.append((transformers.GPTDAGForCausalLM, sys.argv[1:]))

    # Undone after the test: the script adds the class to transformers for the whole process.
    monkeypatch.setattr(transformers, "GPTDAGForCausalLM", None, raising=False)
    monkeypatch.setattr("transformers.cli.transformers.main", main)
    monkeypatch.setattr(sys, "argv", ["scripts/serve.py", "runs/arithmetic", "--port", "8123"])
    runpy.run_path(str(ROOT / "scripts" / "serve.py"), run_name="__main__")
    assert called == [(GPTDAGForCausalLM, ["serve", "runs/arithmetic", "--port", "8123"])]


def asked(address: str, **content) -> dict:
    """The first choice of a server's answer."""
    request = urllib.request.Request(
        address, json.dumps(content).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.load(response)["choices"][0]


@pytest.mark.slow
@pytest.mark.skipif(not is_serve_available(), reason='pip install "gpt-dag[serving]" is needed')
def test_the_server_answers_what_generate_answers_greedily(make_model, tokenizer, tmp_path):
    model, directory, prompt = make_model(), str(tmp_path / "model"), "12+34=46\n-3.5*2="
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    batch = tokenizer(prompt, return_tensors="pt")
    generated = model.generate(**batch, max_new_tokens=8, do_sample=False)[0, batch["input_ids"].shape[1] :]
    expected = tokenizer.decode(generated, skip_special_tokens=True)
    assert expected

    port = free_port()
    command = [sys.executable, "scripts/serve.py", directory, "--port", str(port), "--device", "cpu"]
    with (
        (tmp_path / "log").open("w") as log,
        running(command, cwd=ROOT, env=ENVIRONMENT, stdout=log, stderr=log) as process,
    ):
        address = f"http://localhost:{port}"
        wait_for(f"{address}/health", process)
        options = {"model": directory, "max_tokens": 8, "temperature": 0}
        completion = asked(f"{address}/v1/completions", prompt=prompt, **options)
        assert completion["text"] == expected
        # The template of the byte tokenizer is the message alone.
        messages = [{"role": "user", "content": prompt}]
        chat = asked(f"{address}/v1/chat/completions", messages=messages, **options)
        assert chat["message"]["content"] == expected
