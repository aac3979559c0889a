"""Models of a Triton repository on their way from a bucket to a disk. Needs boto3 alone.

  <bucket> <prefix> <folder> <configs> <model>...   copy each model; where <configs> has <model>.pbtxt, that configures it;
                                                    where it has <model>.json, that says what its engine was compiled for
"""

import concurrent.futures
import json
import os
import re
import shutil
import sys

import boto3
import botocore.exceptions

FILES_AT_ONCE = 4

s3 = boto3.client("s3", endpoint_url=os.environ.get("S3_ENDPOINT") or None)


def end(text):
    sys.exit(f"repository: {text}")


def found(bucket, prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {o["Key"]: o["Size"] for page in pages for o in page.get("Contents", []) if not o["Key"].endswith("/")}


def check(place, files, model, config, ensemble):
    if not files:
        end(f"{place} is empty: copy the folder of the model to it")
    if not ensemble and not any(name.split("/")[0].isdigit() and "/" in name for name in files):
        end(f"{place} has no version: a folder with a number for a name, such as 1/, holds the files of one")
    if os.path.exists(config) and "config.pbtxt" in files:
        end(f"{place}config.pbtxt is there, and so is a 'backend' of {model}: one of the two decides; delete the other")


def text(bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def check_engine(bucket, own, files, folder, config, built):
    """An engine of TensorRT-LLM, by what trtllm-build wrote beside it: before hundreds of gigabytes are copied."""
    place = f"s3://{bucket}/{own}"
    # Triton loads the newest.
    version = max((name.split("/")[0] for name in files if name.split("/")[0].isdigit()), key=int)
    if f"{version}/config.json" not in files:
        end(f"{place}{version}/config.json is missing: put all that trtllm-build wrote into {version}/")
    try:
        wrote = json.loads(text(bucket, f"{own}{version}/config.json"))
        release, world = wrote["version"], wrote["pretrained_config"]["mapping"]["world_size"]
    except (ValueError, KeyError, TypeError):
        end(f"{place}{version}/config.json is not what trtllm-build writes: put its own into {version}/")
    if release != built["release"]:
        end(f"{place}{version} was compiled by TensorRT-LLM {release}, not by {built['release']} as builtFor.release says")
    if world != built["gpus"]:
        end(f"{place}{version} was compiled for {world} GPUs, not for {built['gpus']} as builtFor.gpus says")
    for rank in range(world):
        if f"{version}/rank{rank}.engine" not in files:
            end(f"{place}{version}/rank{rank}.engine is missing, of {world}: put all that trtllm-build wrote into {version}/")
    if not config:
        end(f"{place}config.pbtxt is missing: fill in the one of inflight_batcher_llm, which is in the image")
    # The template is for a backend in Python as well, which tells nothing of its batch.
    if not re.search(r'^\s*backend\s*:\s*"tensorrtllm"', config, re.MULTILINE):
        end(f'{place}config.pbtxt is not for this backend: set backend to "tensorrtllm"')
    there = os.path.join(folder, version)
    if not re.search(f'"{re.escape(there)}/?"', config):
        end(f'{place}config.pbtxt does not name its engine: set string_value of gpt_model_path to "{there}"')


def copy(bucket, key, path, size):
    if os.path.exists(path) and os.path.getsize(path) == size:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    s3.download_file(bucket, key, path + ".part")
    os.replace(path + ".part", path)


def main(bucket, prefix, folder, configs, *models):
    there = {}
    for model in models:
        own = f"{prefix}{model}/"
        files = there[model] = {key[len(own) :]: size for key, size in found(bucket, own).items()}
        config = text(bucket, f"{own}config.pbtxt") if "config.pbtxt" in files else ""
        ensemble = re.search(r'^\s*platform\s*:\s*"ensemble"', config, re.MULTILINE) is not None
        check(f"s3://{bucket}/{own}", files, model, os.path.join(configs, f"{model}.pbtxt"), ensemble)
        if ensemble:
            # Triton wants a folder for its version, which holds nothing, and S3 knows no empty one.
            os.makedirs(os.path.join(folder, model, "1"), exist_ok=True)
        built = os.path.join(configs, f"{model}.json")
        if os.path.exists(built):
            with open(built, encoding="utf-8") as file:
                check_engine(bucket, own, files, os.path.join(folder, model), config, json.load(file))
    for model, files in there.items():
        own = f"{prefix}{model}/"
        with concurrent.futures.ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            work = [
                pool.submit(copy, bucket, own + name, os.path.join(folder, model, name), size)
                for name, size in files.items()
            ]
            for done in work:
                done.result()
        config = os.path.join(configs, f"{model}.pbtxt")
        if os.path.exists(config):
            shutil.copyfile(config, os.path.join(folder, model, "config.pbtxt"))
        print(f"s3://{bucket}/{own} is in {folder}/{model}", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        end(str(error))
