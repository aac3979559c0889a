"""Models of a Triton repository on their way from a bucket to a disk. Needs boto3 alone.

  <bucket> <prefix> <folder> <configs> <model>...   copy each model; where <configs> has <model>.pbtxt, that configures it
"""

import concurrent.futures
import os
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


def check(place, files, model, config):
    if not files:
        end(f"{place} is empty: copy the folder of the model to it")
    if not any(name.split("/")[0].isdigit() and "/" in name for name in files):
        end(f"{place} has no version: a folder with a number for a name, such as 1/, holds the files of one")
    if os.path.exists(config) and "config.pbtxt" in files:
        end(f"{place}config.pbtxt is there, and so is a 'backend' of {model}: one of the two decides; delete the other")


def copy(bucket, key, path, size):
    if os.path.exists(path) and os.path.getsize(path) == size:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    s3.download_file(bucket, key, path + ".part")
    os.replace(path + ".part", path)


def main(bucket, prefix, folder, configs, *models):
    for model in models:
        own = f"{prefix}{model}/"
        files = {key[len(own) :]: size for key, size in found(bucket, own).items()}
        config = os.path.join(configs, f"{model}.pbtxt")
        check(f"s3://{bucket}/{own}", files, model, config)
        with concurrent.futures.ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            work = [
                pool.submit(copy, bucket, own + name, os.path.join(folder, model, name), size)
                for name, size in files.items()
            ]
            for done in work:
                done.result()
        if os.path.exists(config):
            shutil.copyfile(config, os.path.join(folder, model, "config.pbtxt"))
        print(f"s3://{bucket}/{own} is in {folder}/{model}", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        end(str(error))
