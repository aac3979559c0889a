"""Runs every shard below the input prefix that has no result yet, with one load of the model.

A shard is one *.jsonl object of requests in OpenAI's batch format; its result has the same name below the output prefix
and is written once, whole. So a run that is cut short loses no finished shard, and the next one goes on with the rest.
"""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

BUCKET, INPUT, OUTPUT = (os.environ[name] for name in ("BATCH_BUCKET", "BATCH_INPUT", "BATCH_OUTPUT"))
WORK = Path(os.environ.get("BATCH_WORK", "/work"))
# Another try would end alike: the Job fails at once.
FATAL = 3


def fatal(message):
    print(message, file=sys.stderr, flush=True)
    sys.exit(FATAL)


try:
    import boto3
except ImportError:
    fatal("the image has no boto3, which reads and writes the shards")


def shards_below(s3, prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{prefix}/")
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    return {key[len(prefix) + 1 :] for key in keys if key.endswith(".jsonl")}


def join(s3, shards, target):
    """One file of all requests, and how many of them are of which shard."""
    counts = []
    shard_file = WORK / "shard.jsonl"
    with open(target, "w", encoding="utf-8", newline="\n") as joined:
        for shard in shards:
            s3.download_file(BUCKET, f"{INPUT}/{shard}", str(shard_file))
            count = 0
            # A bare "\r" is white space in JSON, not the end of a line.
            with open(shard_file, encoding="utf-8", newline="\n") as lines:
                for number, line in enumerate(lines, start=1):
                    if not line.strip():
                        continue
                    try:
                        request = json.loads(line)
                        missing = {"custom_id", "method", "url", "body"} - request.keys()
                    except (ValueError, AttributeError) as error:
                        fatal(f"{INPUT}/{shard}, line {number}: {error}")
                    if missing:
                        fatal(f"{INPUT}/{shard}, line {number}: has no {', '.join(sorted(missing))}")
                    joined.write(json.dumps(request) + "\n")
                    count += 1
            counts.append((shard, count))
    return counts


class Results:
    """Cuts the answers, which come in the order of the requests, into shards again, and writes each when it is whole."""

    def __init__(self, s3, counts):
        self.s3 = s3
        self.left = list(counts)
        self.lines = []
        self.write_whole()

    def add(self, line):
        self.lines.append(line)
        self.write_whole()

    def write_whole(self):
        while self.left and len(self.lines) == self.left[0][1]:
            shard, _ = self.left.pop(0)
            errors = [answer["error"] for answer in map(json.loads, self.lines) if answer["error"]]
            if errors and len(errors) == len(self.lines):
                fatal(f"{INPUT}/{shard}: every request failed, the first with {json.dumps(errors[0])}")
            body = "".join(self.lines).encode("utf-8")
            self.s3.put_object(Bucket=BUCKET, Key=f"{OUTPUT}/{shard}", Body=body)
            print(f"{OUTPUT}/{shard}: {len(self.lines)} answers, {len(errors)} of them errors", flush=True)
            self.lines = []


def follow(path, process, results):
    """Hand on each whole line of a file that a process writes, until it ends."""
    while not path.exists() and process.poll() is None:
        time.sleep(1)
    if not path.exists():
        return
    part = ""
    with open(path, encoding="utf-8", newline="\n") as answers:
        while True:
            ended = process.poll() is not None
            line = answers.readline()
            if line:
                part += line
                if part.endswith("\n"):
                    results.add(part)
                    part = ""
            elif ended:
                return
            else:
                time.sleep(1)


def main(engine):
    s3 = boto3.client("s3")
    shards = shards_below(s3, INPUT)
    if not shards:
        fatal(f"s3://{BUCKET}/{INPUT}/ holds no *.jsonl")
    left = sorted(shards - shards_below(s3, OUTPUT))
    print(f"{len(shards)} shards, {len(shards) - len(left)} of them done", flush=True)
    if not left:
        return 0
    requests, answers = WORK / "requests.jsonl", WORK / "answers.jsonl"
    counts = join(s3, left, requests)
    results = Results(s3, counts)
    if not results.left:
        return 0
    command = ["vllm", "run-batch", f"--input-file={requests}", f"--output-file={answers}", *engine]
    process = subprocess.Popen(command)
    # The node is taken back: what is whole is written, the rest is for the next run.
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        follow(answers, process, results)
    finally:
        process.kill()
    code = process.wait()
    if results.left:
        print(f"ended with {code}, {len(results.left)} shards to go", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
