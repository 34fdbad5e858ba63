"""Serve a trained GPT-DAG with the OpenAI-compatible server of transformers (`pip install "gpt-dag[serving]"`).

    python scripts/serve.py runs/arithmetic --port 8000
    curl http://localhost:8000/v1/completions -H "Content-Type: application/json" \
        -d '{"model": "runs/arithmetic", "prompt": "1234567890*7=", "max_tokens": 32, "temperature": 0}'

All arguments are those of `transformers serve`. That command alone looks model classes up in transformers' own
namespace (5.23) and does not find those of other packages; this script puts GPT-DAG's there first.
"""

import sys

import transformers
from transformers.cli.transformers import main

from modeling_gpt_dag import GPTDAGForCausalLM

if __name__ == "__main__":
    transformers.GPTDAGForCausalLM = GPTDAGForCausalLM
    sys.argv[1:1] = ["serve"]
    main()
