"""Stands in for `vllm run-batch`: reads the file and answers in order, as vLLM 0.33.0 writes it, or ends too soon."""
import argparse
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("command", choices=["run-batch"])
parser.add_argument("-i", "--input-file", required=True)
parser.add_argument("-o", "--output-file", required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--served-model-name", nargs="+", required=True)
arguments, engine = parser.parse_known_args()

most = int(os.environ.get("FAKE_ANSWERS", "1000000"))
with open(arguments.input_file, encoding="utf-8") as requests, open(arguments.output_file, "w") as answers:
    for number, line in enumerate(requests):
        if number == most:
            if os.environ.get("FAKE_HANGS"):
                time.sleep(600)
            sys.exit(1)
        request = json.loads(line)
        known = request["body"].get("model") in arguments.served_model_name
        error = None if known else {"error": {"message": "no such model", "code": 404}}
        answer = {"id": f"vllm-{number}", "custom_id": request["custom_id"], "response": {}, "error": error}
        print(json.dumps(answer), file=answers, flush=True)
